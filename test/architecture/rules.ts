import type { IForbiddenRuleType } from 'dependency-cruiser';

/** Pattern of one of several rooms below `src/`. */
const rooms = (...names: readonly string[]) => `^src/(${names.join('|')})(/|\\.ts$)`;
const othersThan = (...names: readonly string[]) => ({ path: '^src/', pathNot: rooms(...names) });

const live = ['live', 'live-maps'];
/** Has its own port, which the primary of several workers opens without an app. */
const servedMetrics = '^src/telemetry/serve-metrics\\.ts$';

/** Forbidden imports. */
export const forbidden: IForbiddenRuleType[] = [
  { name: 'no cycles', from: {}, to: { circular: true } },
  { name: 'no dead files', from: { orphan: true, pathNot: '^src/(main|client/index)\\.ts$' }, to: {} },
  {
    name: 'what only development needs is not imported',
    from: {},
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm'] },
  },
  // The file has types only.
  {
    name: 'everything is found',
    from: {},
    to: { couldNotResolve: true, pathNot: '^@graphql-typed-document-node/core$' },
  },
  { name: 'domain imports nothing', from: { path: rooms('domain') }, to: { pathNot: rooms('domain') } },
  {
    name: 'group-commit knows requests, conflict keys and a write',
    from: { path: rooms('group-commit') },
    to: othersThan('group-commit'),
  },
  { name: 'the client knows no server', from: { path: rooms('client') }, to: othersThan('client', 'domain') },
  {
    name: 'the server knows no client',
    from: { path: '^src/', pathNot: rooms('client') },
    to: { path: rooms('client') },
  },
  {
    name: 'the store knows nobody who uses it',
    from: { path: rooms('store') },
    to: othersThan('store', 'domain', 'config', 'data-dir', 'listeners', 'operator-error', 'telemetry'),
  },
  {
    name: 'coordination knows nobody who uses it',
    from: { path: rooms('coordination') },
    to: othersThan('coordination', 'domain', 'config', 'listeners', 'operator-error'),
  },
  {
    name: 'live maps know no graphql and no reservations',
    from: { path: rooms(...live) },
    to: { path: rooms('graphql', 'reservations') },
  },
  { name: 'reservations know no live maps', from: { path: rooms('reservations') }, to: { path: rooms(...live) } },
  { name: 'expiry knows no live maps', from: { path: rooms('expiry') }, to: { path: rooms(...live) } },
  { name: 'graphql runs no SQL', from: { path: rooms('graphql') }, to: { path: rooms('store') } },
  {
    name: 'telemetry knows nobody of whom it tells',
    from: { path: rooms('telemetry') },
    to: othersThan('telemetry', 'domain'),
  },
  {
    name: 'only the app knows who listens to what happens',
    from: { path: '^src/', pathNot: rooms('app', 'telemetry') },
    to: { path: rooms('telemetry'), pathNot: ['^src/telemetry/happenings\\.ts$', servedMetrics] },
  },
  {
    name: 'only the app and the commands serve metrics',
    from: { path: '^src/', pathNot: rooms('app', 'cli', 'telemetry') },
    to: { path: servedMetrics },
  },
  {
    name: 'only the commands know the app, and only the process the commands',
    from: { path: '^src/', pathNot: rooms('cli', 'main') },
    to: { path: rooms('app', 'cli', 'main') },
  },
  {
    name: 'only the app knows the server',
    from: { path: '^src/', pathNot: rooms('app', 'infrastructure', 'server') },
    to: { path: rooms('server') },
  },
];
