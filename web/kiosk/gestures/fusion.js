/**
 * Joins each convolution of a graph model with the bias and the activation after it: one pass over memory where there
 * were three. The numbers stay the same, up to rounding. Pure: works on the topology of a tfjs graph model (a
 * TensorFlow GraphDef).
 */
const FUSED = { Conv2D: '_FusedConv2D', DepthwiseConv2dNative: 'FusedDepthwiseConv2dNative' };
const ACTIVATION = 'Relu6';

/** @returns {object} a topology with fewer nodes; the last node of each chain keeps its name */
export function fuseConvolutions(topology) {
  const nodes = new Map(topology.node.map((node) => [node.name, node]));
  const readers = new Map();
  for (const { input = [] } of topology.node) for (const name of input) readers.set(name, (readers.get(name) ?? 0) + 1);
  const onlyReaderOf = (node) => readers.get(node.name) === 1;
  const dropped = new Set();
  const fused = new Map();

  for (const bias of topology.node.filter((node) => node.op === 'BiasAdd')) {
    const convolution = nodes.get(bias.input[0]);
    if (!(convolution.op in FUSED) || !onlyReaderOf(convolution)) continue;
    const activation = topology.node.find((node) => node.op === ACTIVATION && node.input[0] === bias.name);
    const chain = activation && onlyReaderOf(bias) ? [convolution, bias, activation] : [convolution, bias];
    chain.forEach((node) => dropped.add(node.name));
    fused.set(chain.at(-1).name, join(chain));
  }
  const kept = topology.node.filter((node) => !dropped.has(node.name) || fused.has(node.name));
  return { ...topology, node: kept.map((node) => fused.get(node.name) ?? node) };
}

function join([convolution, bias, ...activations]) {
  const steps = [bias, ...activations].map((node) => btoa(node.op));
  return {
    name: (activations[0] ?? bias).name,
    op: FUSED[convolution.op],
    input: [...convolution.input, bias.input[1]],
    attr: { ...convolution.attr, fused_ops: { list: { s: steps } }, num_args: { i: '1' }, epsilon: { f: 0 } },
  };
}
