// What is measured: one scenario of the load generator each, and what its table shows.

const us = (value) => `${value.toFixed(2)} µs`;
const ms = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
const seconds = (value) => `${(value / 1_000).toFixed(2)} s`;
const kib = (value) => `${value.toFixed(1)} KiB`;
const mib = (value) => `${count(value)} MiB`;
const count = (value) => Math.round(value).toLocaleString('en');
const few = (value) => value.toFixed(1);

const FANOUT = {
  scenario: 'fanout',
  main: ['CPU a delivery', 'server_cpu_us_per_delivery', us],
  columns: [
    ['latency p50', 'delivery_ms_p50', ms],
    ['p99', 'delivery_ms_p99', ms],
    ['to the sender, p50', 'accepted_ms_p50', ms],
    ['deliveries a second', 'deliveries_per_second', count],
  ],
};

const FULL_ROOM = { people: 500, rooms: 1, rate: 60, seconds: 10 };
const NOBODY_ELSE = { people: 200, rooms: 200, window: 128, seconds: 10 };

/**
 * `load` gives the arguments for the generator, `quick` those that differ in a short run and `loads` those for single
 * servers; `main` is the figure by which the median of the repetitions is chosen and servers are compared.
 *
 * `lines` makes a table of one server in several conditions instead of several servers. `runs` stands for several
 * scenarios in turn, of which those `withoutServer` come before it is started, and one that `startsServer` does so by
 * itself; their figures have names like `fanout.seconds`.
 */
export const ROWS = [
  {
    name: 'fanout-500',
    title: '500 people in one room, 60 messages a second',
    ...FANOUT,
    load: FULL_ROOM,
    quick: { people: 100, seconds: 3 },
  },
  {
    name: 'fanout-100',
    title: '2,000 messages a second in one room of 100',
    ...FANOUT,
    load: { people: 100, rooms: 1, rate: 2_000, seconds: 10, 'messages-per-second': 20 },
    quick: { seconds: 3 },
    parlorFlags: ['--messages-per-second', '25'],
  },
  {
    name: 'fanout-rooms',
    title: '2,000 messages a second in five rooms of 100',
    ...FANOUT,
    load: { people: 500, rooms: 5, rate: 2_000, seconds: 10 },
    quick: { seconds: 3 },
  },
  {
    name: 'memory',
    title: '10,000 idle connections in 100 rooms',
    scenario: 'memory',
    load: { people: 10_000, rooms: 100, seconds: 10 },
    quick: { people: 1_000, rooms: 10, seconds: 3 },
    main: ['memory a connection', 'idle_rss_kib_per_person', kib],
    columns: [
      ['not shared', 'idle_pss_kib_per_person', kib],
      ['after some talk', 'after_talk_rss_kib_per_person', kib],
    ],
  },
  {
    name: 'throughput',
    title: 'As many messages as go through',
    scenario: 'throughput',
    load: NOBODY_ELSE,
    quick: { seconds: 3 },
    // It acks what waits for it all at once, and drops what waits beyond ten thousand messages.
    loads: { jetstream: { window: 1 } },
    parlorFlags: ['--messages-per-second', '100000'],
    main: ['messages a second', 'accepted_per_second', count],
    columns: [
      ['CPU a message', 'server_cpu_us_per_message', us],
      ['to the sender, p50', 'accepted_ms_p50', ms],
      ['p99', 'accepted_ms_p99', ms],
    ],
  },
  {
    name: 'join-storm',
    title: '10,000 people join one room within 5 seconds',
    scenario: 'join-storm',
    load: { people: 10_000, seconds: 5 },
    quick: { people: 1_000, seconds: 2 },
    main: ['CPU a person', 'server_cpu_us_per_person', us],
    columns: [
      ['joins a second', 'joins_per_second', count],
      ['p50 until in', 'live_ms_p50', ms],
      ['p99', 'live_ms_p99', ms],
      ['frames a person', 'frames_per_person', few],
      ['frames, times those of half', 'growth_of_frames', few],
    ],
  },
  {
    name: 'reconnect-storm',
    title: 'The server is killed and started again under 5,000 people',
    scenario: 'reconnect-storm',
    load: { people: 5_000, rooms: 10, rate: 50 },
    quick: { people: 500 },
    only: ['parlor'],
    restarts: true,
    main: ['p50 until back', 'live_again_ms_p50', seconds],
    columns: [
      ['p99', 'live_again_ms_p99', seconds],
      ['the last', 'live_again_ms_max', seconds],
      ['accepted, and all of it there', 'accepted', count],
    ],
  },
  {
    name: 'long-log',
    title: 'Nothing in the log, and ten million messages',
    only: ['parlor'],
    lines: {
      title: 'messages in the log',
      of: [
        { name: 'empty', title: 'none', loads: { fill: { messages: 0 } } },
        {
          name: 'long',
          title: '10,000,000',
          loads: { fill: { messages: 10_000_000 } },
          quick: { fill: { messages: 200_000 } },
        },
      ],
    },
    runs: [
      { scenario: 'fill', withoutServer: true, load: { rooms: 250 }, secondsMax: 900 },
      { scenario: 'starts', withoutServer: true, startsServer: true, load: { starts: 5 } },
      // In a room that has messages already, and then in others.
      { scenario: 'fanout', load: { ...FULL_ROOM, 'filled-room': 0 }, quick: { people: 100, seconds: 3 } },
      { scenario: 'throughput', load: { ...NOBODY_ELSE, 'filled-room': 50 }, quick: { seconds: 3 } },
    ],
    parlorFlags: ['--messages-per-second', '100000'],
    main: ['messages a second', 'throughput.accepted_per_second', count],
    columns: [
      ['CPU a message', 'throughput.server_cpu_us_per_message', us],
      ['CPU a delivery', 'fanout.server_cpu_us_per_delivery', us],
      ['latency p50', 'fanout.delivery_ms_p50', ms],
      ['p99', 'fanout.delivery_ms_p99', ms],
      ['to the sender, p50', 'fanout.accepted_ms_p50', ms],
      ['start to `welcome`, p50', 'starts.welcome_ms_p50', ms],
      ['memory then', 'starts.rss_mib', mib],
      ['database', 'starts.database_mib', mib],
    ],
  },
];

/** The lines of a row's table, and the server of each. */
export function linesOf(row, servers) {
  const kinds = servers.filter(({ name }) => row.only?.includes(name) ?? true);
  const conditions = (kind) => row.lines?.of.map((line) => ({ ...line, kind })) ?? [{ ...kind, kind }];
  return kinds.flatMap(conditions);
}

/** The scenarios that make a line, with all their arguments. */
export function runsOf(row, line, isQuick) {
  return (row.runs ?? [row]).map((run) => {
    const quick = isQuick ? { ...run.quick, ...line.quick?.[run.scenario] } : {};
    const load = { ...run.load, ...run.loads?.[line.name], ...line.loads?.[run.scenario], ...quick };
    const prefix = row.runs ? `${run.scenario}.` : '';
    return { ...run, load, prefix };
  });
}
