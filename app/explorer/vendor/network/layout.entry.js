// What places the nodes of a network: one step of ForceAtlas2 on arrays.
export { default as forceAtlas2 } from "graphology-layout-forceatlas2/iterate.js";
