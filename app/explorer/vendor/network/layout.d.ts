// What the explorer uses of the bundle, for the checker of types.
export function forceAtlas2(settings: object, nodes: Float32Array, edges: Float32Array): object;
