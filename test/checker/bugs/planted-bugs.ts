export interface PlantedBug {
  readonly name: string;
  /** The checks of which one at least must find it: what another stumbles over may be a bug that nobody planted. */
  readonly foundBy: readonly string[];
  /** All of them make one bug. */
  readonly edits: readonly Edit[];
}

export interface Edit {
  /** Below `src/`, without its ending; or with it, if it is no TypeScript. */
  readonly file: string;
  /** Stands there exactly once, in the source as in what is built of it. */
  readonly search: string;
  readonly replace: string;
}

const lapsed = `(\${seats.status} = 'RESERVED' and \${seats.expiresAt} <= \${now})`;

/** Small ways in which the promises could be broken, each of which the checker must find. */
export const plantedBugs: readonly PlantedBug[] = [
  bug('a reserved seat is free before its deadline', ['one holder at a time', 'on time'], {
    ...{ file: 'store/rules', search: lapsed, replace: `\${seats.status} = 'RESERVED'` },
  }),
  bug('a lapsed seat is not free', ['one holder at a time', 'maps are right at rest', 'free seats are sold'], {
    file: 'store/rules',
    search: lapsed,
    replace: 'false',
  }),
  bug('a reservation runs at its deadline', ['on time'], {
    file: 'store/statements/running-reservations',
    search: 'and found.expires_at > moment.now',
    replace: 'and found.expires_at >= moment.now',
  }),
  bug('a reservation may be changed after its deadline', ['one holder at a time', 'on time'], {
    file: 'store/statements/running-reservations',
    search: 'and found.expires_at > moment.now',
    replace: '',
  }),
  bug('the gate is trusted, and the store does not look', ['one holder at a time', 'on time'], {
    file: 'store/statements/reserve-seats',
    search: `= admitted_seat.index and \${isFree(now)}`,
    replace: '= admitted_seat.index',
  }),
  bug('a mark is removed whoever it belongs to', ["marks are their holders'"], {
    file: 'coordination/redis/scripts/gate-release.lua',
    search: "if redis.call('GET', KEYS[position]) == ARGV[1] then",
    replace: 'if true then',
  }),
  bug('some of the seats are enough', ['one holder at a time', 'all seats or none'], {
    file: 'store/statements/reserve-seats',
    search: '= cardinality(admitted_seat.seat_indexes) as is_complete',
    replace: '> 0 as is_complete',
  }),
  bug(
    'a reservation is answered, and told of, before it is committed',
    ['one holder at a time', 'reservations are kept'],
    {
      file: 'store/engine/postgres',
      search: 'const { answers } = await client.begin(async (connection) => ({',
      replace: 'const { answers } = await tooEarly(client, (connection) => ({',
    },
    {
      file: 'store/engine/postgres',
      search: 'const dialect = new PgDialect();',
      replace: `const dialect = new PgDialect();
    function tooEarly(client, work) {
      return new Promise((resolve, reject) => client.begin(async (connection) => {
        const { answers } = work(connection);
        resolve({ answers: await answers });
        await new Promise((done) => setTimeout(done, 20));
      }).catch(reject));
    }`,
    },
  ),
  bug(
    'a key is not kept with what it made',
    ['one effect a key'],
    {
      file: 'reservations/reserve',
      search: 'return idempotencyKey === null ? newId() :',
      replace: 'return idempotencyKey !== undefined ? newId() :',
    },
    {
      file: 'store/statements/reserve-seats',
      search: 'idempotencyKey: sql`complete.idempotency_key`,',
      replace: '',
    },
  ),
  bug('a key is good for other seats', ['one effect a key'], {
    file: 'store/statements/reserve-seats',
    search: `and \${reservations.requestedSeatIndexes} = input.seat_list::int[]`,
    replace: '',
  }),
  bug('a key is compared without its contents', ['one effect a key'], {
    file: 'store/statements/running-reservations',
    search: `and \${keyedChanges.contents} = input.contents`,
    replace: '',
  }),
  bug('one reservation more than allowed', ['limits'], {
    file: 'store/statements/reserve-seats',
    search: `< \${maxActiveReservations}::int as below_limit`,
    replace: `<= \${maxActiveReservations}::int as below_limit`,
  }),
  bug('to let go of one seat lets go of all', ['one holder at a time'], {
    file: 'store/statements/cancel-reservations',
    search: 'and held.index = any(released.freed)',
    replace: '',
  }),
  bug('an extension leaves the seats as they were', ['one holder at a time', 'on time'], {
    file: 'store/statements/extend-reservations',
    search: 'moveSeats(sql`extended`)',
    replace: 'moveSeats(sql`(select * from extended limit 0)`)',
  }),
  bug('a payment does not keep the seats', ['one holder at a time', 'on time'], {
    file: 'store/statements/fence-payments',
    search: 'moveSeats(sql`moved`)',
    replace: 'moveSeats(sql`(select * from moved limit 0)`)',
  }),
  bug('seats are blocked whoever holds them', ['one holder at a time'], {
    file: 'store/statements/block-seats',
    search: 'and not exists (select from taken)',
    replace: '',
  }),
  bug('what has expired is not logged', ['holdfast verify', 'maps are right at rest'], {
    file: 'store/statements/expire-reservations',
    search: ', now, facts)',
    replace: ', now, sql`null::json`)',
  }),
  bug('a revision is given twice', ['holdfast verify', 'no internal errors'], {
    file: 'store/change-log',
    search: `\${eventHeads.revision} + 1`,
    replace: `\${eventHeads.revision} + case when \${eventHeads.revision} % 10 = 9 then 0 else 1 end`,
  }),
  bug('a node skips every tenth change', ['maps are right at rest', 'maps tell what was so', 'free seats are sold'], {
    file: 'live/event-feed',
    search: 'this.#listener.onChange(next);',
    replace: 'if (next.revision % 10 !== 0) this.#listener.onChange(next);',
  }),
  bug('what was not heard is not read from the log', ['maps are right at rest', 'maps tell what was so'], {
    file: 'live/event-feed',
    search: 'this.#catchUpIn(this.#ahead.size > 0 ? OUT_OF_ORDER_MS : 0);',
    replace: ';',
  }),
  bug('a later change is told before an earlier one', ['maps are right at rest', 'maps tell what was so'], {
    file: 'live/event-feed',
    search: 'let next = this.#ahead.get(this.#revision + 1);',
    replace: 'let next = [...this.#ahead.values()].find(({ revision }) => revision > this.#revision);',
  }),
  bug('a consumer that skips a change', ['consumers handle every change'], {
    file: 'consumers/event-worker',
    search: 'await lease.release(last.revision, 0);',
    replace: 'await lease.release(last.revision + 1, 0);',
  }),
  bug('a cursor is moved before its work', ['consumers handle every change'], {
    file: 'consumers/event-worker',
    search: 'await lease.during(this.#handle(lease, changes));',
    replace: 'await lease.moveTo(last.revision); await lease.during(this.#handle(lease, changes));',
  }),
  bug("the time left is told by the node's clock", ['on time'], {
    file: 'graphql/resolvers/reservation',
    search: 'Math.min(expiresAtMs - readAtMs, longestIntMs)',
    replace: 'Math.min(expiresAtMs - Math.min(Date.now(), 8e15) + 0 * readAtMs, longestIntMs)',
  }),
];

function bug(name: string, foundBy: readonly string[], ...edits: readonly Edit[]): PlantedBug {
  return { name, foundBy, edits };
}
