// What is measured: one scenario of the load generator each, and what its table shows.

const us = (value) => `${value.toFixed(2)} µs`;
const ms = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
const seconds = (value) => `${(value / 1_000).toFixed(2)} s`;
const kib = (value) => `${(value / 1_024).toFixed(1)} KiB`;
const count = (value) => Math.round(value).toLocaleString('en');

const FANOUT = [
  ['latency p50', 'latency_p50_ms', ms],
  ['p99', 'latency_p99_ms', ms],
  ['deliveries a second', 'deliveries_per_second', count],
];

/**
 * `load` gives the arguments for the generator, `main` the figure by which the median of the repetitions is chosen and the
 * servers are compared; `columns` are the others. Where `more` is better, the ratio still says how many times Bun's.
 */
export const ROWS = [
  {
    name: 'fanout-500',
    title: '500 people in one room, 60 messages a second',
    scenario: 'fanout',
    load: { people: 500, rooms: 1, rate: 60, seconds: 20, 'body-bytes': 100 },
    quick: { people: 100, seconds: 3 },
    main: ['processor time for each delivery', 'cpu_us_per_delivery', us],
    columns: FANOUT,
  },
  {
    name: 'fanout-100',
    title: '2,000 messages a second, in rooms of 100',
    scenario: 'fanout',
    load: { people: 500, rooms: 5, rate: 2_000, seconds: 20, 'body-bytes': 100 },
    quick: { seconds: 3 },
    main: ['processor time for each delivery', 'cpu_us_per_delivery', us],
    columns: FANOUT,
  },
  {
    name: 'memory',
    title: '10,000 idle connections in 100 rooms',
    scenario: 'memory',
    load: { people: 10_000, rooms: 100 },
    quick: { people: 1_000, rooms: 10 },
    main: ['memory for each connection', 'rss_bytes_per_connection', kib],
    columns: [['after some traffic', 'rss_bytes_per_connection_after', kib]],
  },
  {
    name: 'throughput',
    title: 'As many messages as go through',
    scenario: 'throughput',
    load: { people: 100, rooms: 10, seconds: 10, 'body-bytes': 100 },
    quick: { seconds: 3 },
    parlorFlags: ['--messages-per-second', '100000'],
    main: ['messages a second', 'accepted_per_second', count],
    columns: [],
  },
  {
    name: 'join-storm',
    title: '10,000 people join one room within 10 seconds',
    scenario: 'join-storm',
    load: { people: 10_000, seconds: 10 },
    quick: { people: 1_000, seconds: 3 },
    main: ['processor time for all', 'cpu_ms', seconds],
    columns: [],
  },
  {
    name: 'reconnect-storm',
    title: 'The server is killed and started again under 5,000 people',
    scenario: 'reconnect-storm',
    load: { people: 5_000 },
    quick: { people: 500 },
    only: ['parlor'],
    restarts: true,
    main: ['p99 until live again', 'live_p99_ms', seconds],
    columns: [],
  },
];
