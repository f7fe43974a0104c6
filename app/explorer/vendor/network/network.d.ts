// What the explorer uses of the bundle, for the checker of types: `any` where sigma's own types would bring a package.
export class MultiGraph {
  addNode(key: string, attributes: object): string;
  addEdgeWithKey(key: string, source: string, target: string): string;
}
export const Sigma: new (graph: MultiGraph, container: HTMLElement, settings: object) => any;
declare abstract class Program {
  array: Float32Array;
}
export abstract class NodeProgram extends Program {}
export abstract class EdgeProgram extends Program {}
export function createEdgeCompoundProgram(programs: (new (...given: any[]) => EdgeProgram)[]): any;
export function floatColor(colour: string): number;
