// Reads every file of a folder (NETWORK.FORMAT) with the library that the format is for, and prints what it found:
// {NETWORK: {FORMAT: {nodes: {id: label}, edges: [[source, target, relation, weight]]}}}.

import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

import cytoscape from 'cytoscape';
import {forceLink, forceSimulation} from 'd3-force';
import Graph from 'graphology';
import gexf from 'graphology-gexf';
import graphml from 'graphology-graphml';
import {DataSet} from 'vis-data';

function ofGraphology(graph) {
  return {
    nodes: Object.fromEntries(graph.mapNodes((key, attributes) => [key, attributes.label ?? ''])),
    edges: graph.mapEdges((key, {relation, weight}, source, target) => [source, target, relation, weight])
  };
}

const readers = {
  cytoscape(text) {
    const graph = cytoscape({headless: true, ...JSON.parse(text)});
    return {
      nodes: Object.fromEntries(graph.nodes().map(node => [node.id(), node.data('label')])),
      edges: graph
        .edges()
        .map(edge => [edge.source().id(), edge.target().id(), edge.data('relation'), edge.data('weight')])
    };
  },

  graphology(text) {
    return ofGraphology(Graph.from(JSON.parse(text)));
  },

  gexf(text) {
    return ofGraphology(gexf.parse(Graph, text));
  },

  graphml(text) {
    return ofGraphology(graphml.parse(Graph, text));
  },

  d3(text) {
    const {nodes, links} = JSON.parse(text);
    const force = forceLink(links).id(node => node.id);
    const simulation = forceSimulation(nodes).force('link', force).stop();
    simulation.tick(3);
    if (nodes.some(node => !Number.isFinite(node.x))) throw new Error('d3: a node has no place');
    return {
      nodes: Object.fromEntries(nodes.map(node => [node.id, node.label])),
      edges: force.links().map(link => [link.source.id, link.target.id, link.relation, link.weight])
    };
  },

  vis(text) {
    const data = JSON.parse(text);
    const nodes = new DataSet(data.nodes);
    const edges = new DataSet(data.edges);
    for (const edge of edges.get())
      if (!nodes.get(edge.from) || !nodes.get(edge.to)) throw new Error(`vis: ${edge.id} ends nowhere`);
    return {
      nodes: Object.fromEntries(nodes.get().map(node => [node.id, node.label])),
      edges: edges.get().map(edge => [edge.from, edge.to, edge.relation, edge.weight])
    };
  }
};

const folder = process.argv[2];
const found = {};
for (const file of readdirSync(folder).sort()) {
  const [network, format] = file.split('.');
  const text = readFileSync(join(folder, file), 'utf8');
  (found[network] ??= {})[format] = readers[format](text);
}
process.stdout.write(JSON.stringify(found));
