/**
 * Draws with sigma, where the browser has WebGL. The programs for the graphics card draw the forms and lines of
 * network-scene.js: a node is a disc, square, diamond, triangle or hexagon, full, open or ringed; a tie is a line, whole
 * or broken, in its lane, with a head if it has a direction.
 *
 * @typedef {import("./network-scene.js").Scene} Scene
 * @typedef {import("./network-scene.js").Node} Node
 * @typedef {import("./network-scene.js").Edge} Edge
 */
import { EdgeProgram, MultiGraph, NodeProgram, Sigma, createEdgeCompoundProgram, floatColor } from "../../vendor/network/network.js";
import { headOf } from "./network-scene.js";
import { paddingOf, sizeOn } from "./network-canvas.js";

const FORMS = ["disc", "square", "diamond", "triangle", "hexagon"];
const FILLS = ["full", "open", "ringed"];
const DASHES = ["solid", "dashed", "dotted"];
const { UNSIGNED_BYTE, FLOAT, TRIANGLES } = WebGLRenderingContext;
const FOUR = { size: 4, type: UNSIGNED_BYTE, normalized: true };

/** What shines through where a node is open. */
let surface = "#ffffff";

/** What all programs are given, and what they hand on. */
const COMMON = `
attribute vec4 a_id;
attribute vec4 a_color;
uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
varying vec4 v_color;
const float bias = 255.0 / 254.0;
`;

/** The colour that is seen, or the one by which sigma knows what is under the pointer. */
const COLOURED = `  #ifdef PICKING_MODE
  v_color = a_id;
  #else
  v_color = a_color;
  #endif
  v_color.a *= bias;
`;

const NODE_VERTEX = `
${COMMON}attribute vec2 a_position;
attribute float a_size;
attribute float a_form;
attribute float a_angle;
varying vec2 v_place;
varying float v_pixel;
varying float v_form;
void main() {
  float radius = a_size * u_correctionRatio / u_sizeRatio * 2.0;
  vec2 corner = 2.8 * vec2(cos(a_angle), sin(a_angle));
  gl_Position = vec4((u_matrix * vec3(a_position + corner * radius, 1)).xy, 0, 1);
  v_place = corner;
  v_pixel = u_sizeRatio / a_size;
  v_form = a_form;
${COLOURED}}`;

const NODE_FRAGMENT = `
precision highp float;
varying vec4 v_color;
varying vec2 v_place;
varying float v_pixel;
varying float v_form;
uniform vec3 u_surface;
const vec4 nothing = vec4(0.0);
float rim(float form, vec2 p) {
  vec2 q = abs(p);
  if (form < 0.5) return length(p) - 1.0;
  if (form < 1.5) return max(q.x, q.y) - 0.84;
  if (form < 2.5) return (q.x + q.y - 1.16) * 0.70711;
  if (form < 3.5) return max(q.x * 0.86603 + p.y * 0.5 - 0.58, -p.y - 0.58);
  return max(q.x * 0.86603 + q.y * 0.5 - 0.9, q.y - 0.9);
}
void main(void) {
  float form = mod(v_form, 8.0);
  float fill = floor(v_form / 8.0 + 0.01);
  float far = rim(form, v_place);
  #ifdef PICKING_MODE
  gl_FragColor = far > 3.0 * v_pixel ? nothing : v_color;
  #else
  float soft = v_pixel * 0.7;
  float here = 1.0 - smoothstep(-soft, soft, far - v_pixel);
  float own = 1.0 - smoothstep(-soft, soft, far);
  if (v_pixel < 0.4) {
    if (fill > 1.5) own *= max(smoothstep(-soft, soft, far + 0.16), 1.0 - smoothstep(-soft, soft, far + 0.34));
    else if (fill > 0.5) own *= smoothstep(-soft, soft, far + 0.36);
  }
  gl_FragColor = vec4(mix(u_surface, v_color.rgb, own) * here, here);
  #endif
}`;

/** Tells a program where the camera is. @param {any} params @param {any} info */
function placed({ matrix, sizeRatio, correctionRatio }, { gl, uniformLocations }) {
  gl.uniformMatrix3fv(uniformLocations.u_matrix, false, matrix);
  gl.uniform1f(uniformLocations.u_sizeRatio, sizeRatio);
  gl.uniform1f(uniformLocations.u_correctionRatio, correctionRatio);
}

class FormProgram extends NodeProgram {
  getDefinition() {
    return {
      VERTICES: 3,
      VERTEX_SHADER_SOURCE: NODE_VERTEX,
      FRAGMENT_SHADER_SOURCE: NODE_FRAGMENT,
      METHOD: TRIANGLES,
      UNIFORMS: ["u_matrix", "u_sizeRatio", "u_correctionRatio", "u_surface"],
      ATTRIBUTES: [
        { name: "a_position", size: 2, type: FLOAT },
        { name: "a_size", size: 1, type: FLOAT },
        { name: "a_color", ...FOUR },
        { name: "a_id", ...FOUR },
        { name: "a_form", size: 1, type: FLOAT },
      ],
      CONSTANT_ATTRIBUTES: [{ name: "a_angle", size: 1, type: FLOAT }],
      CONSTANT_DATA: [[0], [(2 * Math.PI) / 3], [(4 * Math.PI) / 3]],
    };
  }

  /** @param {number} index @param {number} start @param {any} data */
  processVisibleItem(index, start, data) {
    this.array.set([data.x, data.y, data.size, floatColor(data.color), index, data.form], start);
  }

  /** @param {any} params @param {any} info */
  setUniforms(params, info) {
    placed(params, info);
    const parts = [1, 3, 5].map((at) => parseInt(surface.slice(at, at + 2), 16) / 255);
    info.gl.uniform3f(info.uniformLocations.u_surface, parts[0], parts[1], parts[2]);
  }
}

// One pixel is 2 * u_correctionRatio units of the graph; sizes are divided by u_sizeRatio.
const LINE_VERTEX = `
${COMMON}attribute vec2 a_from;
attribute vec2 a_to;
attribute vec4 a_line;
attribute vec2 a_corner;
varying vec2 v_place;
varying float v_half;
varying float v_dash;
void main() {
  float pixel = 2.0 * u_correctionRatio;
  float scale = 1.0 / u_sizeRatio;
  vec2 way = a_to - a_from;
  float far = length(way);
  vec2 along = far > 0.0 ? way / far : vec2(0.0);
  vec2 across = vec2(-along.y, along.x);
  float half_width = max(a_line.x * scale, 0.7) * 0.5;
  float cut = min(a_line.w * scale * pixel, far);
  #ifdef PICKING_MODE
  float reach = half_width + 3.0;
  #else
  float reach = half_width + 0.8;
  #endif
  float place = a_corner.x * (far - cut);
  vec2 position = a_from + along * place + across * pixel * (a_corner.y * reach - a_line.z * scale);
  gl_Position = vec4((u_matrix * vec3(position, 1)).xy, 0, 1);
  v_place = vec2(place / pixel, a_corner.y * reach);
  v_half = half_width;
  v_dash = a_line.y;
${COLOURED}}`;

const LINE_FRAGMENT = `
precision highp float;
varying vec4 v_color;
varying vec2 v_place;
varying float v_half;
varying float v_dash;
void main(void) {
  #ifdef PICKING_MODE
  gl_FragColor = v_color;
  #else
  float unit = max(2.0 * v_half, 1.4);
  float there = 1.0;
  if (v_dash > 1.5) there = step(mod(v_place.x, unit * 3.0), unit);
  else if (v_dash > 0.5) there = step(mod(v_place.x, unit * 5.4), unit * 3.2);
  there *= 1.0 - smoothstep(v_half - 0.5, v_half + 0.5, abs(v_place.y));
  gl_FragColor = v_color * there;
  #endif
}`;

const HEAD_VERTEX = `
${COMMON}attribute vec2 a_from;
attribute vec2 a_to;
attribute vec4 a_line;
attribute vec2 a_corner;
void main() {
  float unit = 2.0 * u_correctionRatio / u_sizeRatio;
  vec2 way = a_to - a_from;
  float far = length(way);
  vec2 along = far > 0.0 ? way / far : vec2(0.0);
  vec2 across = vec2(-along.y, along.x);
  float back = a_line.w - a_corner.x * a_line.y;
  vec2 position = a_to - along * back * unit + across * unit * (a_corner.y * 0.45 * a_line.y - a_line.z);
  gl_Position = vec4((u_matrix * vec3(position, 1)).xy, 0, 1);
${COLOURED}}`;

const HEAD_FRAGMENT = `
precision mediump float;
varying vec4 v_color;
void main(void) {
  gl_FragColor = v_color;
}`;

/** What the two programs for a tie share. */
class TieProgram extends EdgeProgram {
  /** @param {string} vertex @param {string} fragment @param {number[][]} corners */
  definition(vertex, fragment, corners) {
    return {
      VERTICES: corners.length,
      VERTEX_SHADER_SOURCE: vertex,
      FRAGMENT_SHADER_SOURCE: fragment,
      METHOD: TRIANGLES,
      UNIFORMS: ["u_matrix", "u_sizeRatio", "u_correctionRatio"],
      ATTRIBUTES: [
        { name: "a_from", size: 2, type: FLOAT },
        { name: "a_to", size: 2, type: FLOAT },
        { name: "a_line", size: 4, type: FLOAT },
        { name: "a_color", ...FOUR },
        { name: "a_id", ...FOUR },
      ],
      CONSTANT_ATTRIBUTES: [{ name: "a_corner", size: 2, type: FLOAT }],
      CONSTANT_DATA: corners,
    };
  }

  /** @param {any} params @param {any} info */
  setUniforms(params, info) {
    placed(params, info);
  }
}

class LineProgram extends TieProgram {
  getDefinition() {
    return this.definition(LINE_VERTEX, LINE_FRAGMENT, [[0, 1], [0, -1], [1, 1], [1, 1], [0, -1], [1, -1]]);
  }

  /** @param {number} index @param {number} start @param {any} from @param {any} to @param {any} data */
  processVisibleItem(index, start, from, to, data) {
    const cut = data.head ? to.size + 1 + data.head : 0;
    this.array.set([from.x, from.y, to.x, to.y, data.size, data.dash, data.lane, cut, floatColor(data.color), index], start);
  }
}

class HeadProgram extends TieProgram {
  getDefinition() {
    return this.definition(HEAD_VERTEX, HEAD_FRAGMENT, [[1, 0], [0, 1], [0, -1]]);
  }

  /** @param {number} index @param {number} start @param {any} from @param {any} to @param {any} data */
  processVisibleItem(index, start, from, to, data) {
    const back = to.size + 1 + data.head;
    this.array.set([from.x, from.y, to.x, to.y, 0, data.head, data.lane, back, floatColor(data.color), index], start);
  }
}

export class WebGLSurface {
  /**
   * @param {HTMLElement} container
   * @param {{happened: (what: import("./network-canvas.js").Happening) => void, drawn: () => void, calm: boolean}} options
   */
  constructor(container, { happened, drawn, calm }) {
    this.container = container;
    this.happened = happened;
    this.drawn = drawn;
    this.calm = calm;
    /** @type {Scene | null} */
    this.scene = null;
    /** @type {any} */
    this.sigma = null;
  }

  /** @param {Scene} scene */
  load(scene) {
    this.scene = scene;
    surface = scene.colour.surface;
    const graph = new MultiGraph();
    for (const node of scene.nodes) graph.addNode(node.id, { x: node.x, y: -node.y });
    for (const edge of scene.edges) graph.addEdgeWithKey(edge.id, scene.nodes[edge.source].id, scene.nodes[edge.target].id);
    if (this.sigma) {
      this.sigma.setGraph(graph);
      this.sigma.setSetting("hideEdgesOnMove", scene.edges.length > 12_000);
      this.sigma.refresh();
      return;
    }
    this.sigma = new Sigma(graph, this.container, this.settings(scene));
    const index = { node: (/** @type {string} */ id) => this.scene?.byNode.get(id)?.index ?? -1, edge: (/** @type {string} */ id) => this.scene?.byEdge.get(id)?.index ?? -1 };
    const pointer = (/** @type {string} */ cursor) => (this.container.style.cursor = cursor);
    for (const kind of /** @type {const} */ (["node", "edge"])) {
      const name = kind === "node" ? "Node" : "Edge";
      this.sigma.on(`click${name}`, (/** @type {any} */ event) => this.happened({ kind, type: "click", index: index[kind](event[kind]) }));
      this.sigma.on(`enter${name}`, (/** @type {any} */ event) => {
        pointer("pointer");
        this.happened({ kind, type: "over", index: index[kind](event[kind]) });
      });
      this.sigma.on(`leave${name}`, () => {
        pointer("");
        this.happened({ kind: "stage", type: "out", index: -1 });
      });
    }
    this.sigma.on("clickStage", () => this.happened({ kind: "stage", type: "click", index: -1 }));
    this.sigma.on("afterRender", () => this.drawn());
    this.sigma.refresh();
  }

  /** @param {Scene} scene */
  settings(scene) {
    const duration = this.calm ? 1 : 200;
    return {
      allowInvalidContainer: true,
      renderLabels: false,
      enableEdgeEvents: true,
      enableCameraRotation: false,
      hideEdgesOnMove: scene.edges.length > 12_000,
      minCameraRatio: 1 / 40,
      maxCameraRatio: 1 / 0.3,
      stagePadding: paddingOf(this.container.clientWidth, this.container.clientHeight),
      minEdgeThickness: 0.7,
      defaultNodeType: "form",
      defaultEdgeType: "line",
      nodeProgramClasses: { form: FormProgram },
      // The name of a node under the pointer is written above all others anyway.
      nodeHoverProgramClasses: { form: FormProgram },
      defaultDrawNodeHover: () => {},
      edgeProgramClasses: { line: LineProgram, arrow: createEdgeCompoundProgram([LineProgram, HeadProgram]) },
      inertiaRatio: 0,
      inertiaDuration: duration,
      zoomDuration: duration,
      doubleClickZoomingDuration: duration,
      nodeReducer: (/** @type {string} */ id, /** @type {any} */ at) => this.nodeLook(/** @type {Node} */ (this.scene?.byNode.get(id)), at),
      edgeReducer: (/** @type {string} */ id) => this.edgeLook(/** @type {Edge} */ (this.scene?.byEdge.get(id))),
    };
  }

  /** @param {Node} node @param {{x: number, y: number}} at */
  nodeLook(node, at) {
    const form = FORMS.indexOf(node.form) + 8 * FILLS.indexOf(node.fill);
    return { x: at.x, y: at.y, size: node.size * this.factor, color: node.colour, form, type: "form", label: null };
  }

  /** @param {Edge} edge */
  edgeLook(edge) {
    const head = edge.directed ? headOf(edge, 1) : 0;
    return {
      size: edge.width, color: edge.colour, dash: DASHES.indexOf(edge.dash), lane: edge.lane, head,
      type: edge.directed ? "arrow" : "line", label: null,
    };
  }

  resize() {
    this.sigma?.setSetting("stagePadding", paddingOf(this.container.clientWidth, this.container.clientHeight));
    this.sigma?.resize(true);
    this.sigma?.refresh({ skipIndexation: true });
  }

  /** How large nodes are on this screen. */
  get factor() {
    return sizeOn(this.container.clientWidth, this.container.clientHeight);
  }

  /** How much larger lines are than at first. */
  get scale() {
    return this.sigma ? this.sigma.scaleSize(1) : 1;
  }

  /** @param {{x: number, y: number}} place @returns {{x: number, y: number}} */
  toScreen({ x, y }) {
    return this.sigma ? this.sigma.graphToViewport({ x, y: -y }) : { x: 0, y: 0 };
  }

  /** @param {Node} node */
  spot(node) {
    return { ...this.toScreen(node), size: node.size * this.scale * this.factor };
  }

  /** @param {object} state */
  move(state) {
    const camera = this.sigma?.getCamera();
    if (!camera) return;
    if (this.calm) camera.setState(state);
    else camera.animate(state, { duration: 200 });
  }

  /** @param {number} factor */
  zoom(factor) {
    const camera = this.sigma?.getCamera();
    if (camera) this.move({ ratio: camera.getBoundedRatio(camera.getState().ratio / factor) });
  }

  reset() {
    this.move({ x: 0.5, y: 0.5, angle: 0, ratio: 1 });
  }

  /** @param {{x: number, y: number}} place @param {boolean} closer */
  centre({ x, y }, closer) {
    if (!this.sigma) return;
    const at = this.sigma.viewportToFramedGraph(this.sigma.graphToViewport({ x, y: -y }));
    const { ratio } = this.sigma.getCamera().getState();
    this.move({ x: at.x, y: at.y, ratio: closer ? Math.min(ratio, 0.5) : ratio });
  }

  destroy() {
    this.sigma?.kill();
    this.sigma = null;
    this.scene = null;
  }
}
