// What draws a network: sigma, the graph that it reads, and what programs for the graphics card are made of.
export { MultiGraph } from "graphology";
export { Sigma } from "sigma";
export { EdgeProgram, NodeProgram, createEdgeCompoundProgram } from "sigma/rendering";
export { floatColor } from "sigma/utils";
