import { answerParent } from '../child-process.ts';
import { processUsage } from '../process-usage.ts';
import { openBareServer } from './bare-server.ts';

/** The floor: refuses every request without doing anything else. */
const open = () =>
  openBareServer(({ seatIds }) => ({
    __typename: 'SeatsUnavailable',
    code: 'SEATS_UNAVAILABLE',
    message: 'These seats are taken.',
    seatIds,
  }));

const handlers = { open, ...processUsage };
export type FloorServer = typeof handlers;
answerParent(handlers);
