import { afterAll, beforeAll, expect, test } from 'vitest';
import { answersTo } from './raw-http.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let development: Stage;
beforeAll(async () => {
  stage = await openStage();
  development = await openStage({ production: false });
});
afterAll(() => Promise.all([stage, development].map((each) => each[Symbol.asyncDispose]())));

const routes = ['', '/graphql', '/assets', '/assets/index.js', '/events', '/tickets', '/healthz', '/explorer', '/none'];
const ends = [
  ...['', '/', '//', '/.', '/..', '/../', '/..%2f', '/%2e%2e/', '/%2e%2e%2fmain.js', '/%00', '/%', '/%zz', '/%ff'],
  ...[
    '/%c0%af',
    '/\\',
    '/%5c..%5c',
    '/*',
    '/:id',
    '/;',
    '?',
    '?query',
    '?query=%',
    '?%00',
    '#x',
    `/${'x'.repeat(5_000)}`,
  ],
];
const paths = routes.flatMap((route) => ends.map((end) => `${route}${end}` || '/'));

/** Requests that were not answered, or not as the client's mistakes. */
async function failures(served: Stage, requests: readonly string[]): Promise<readonly string[]> {
  const answers = await Promise.all(requests.map((request) => answersTo(served, request)));
  return requests.flatMap((request, at) => {
    const status = Number(
      /^HTTP\/1\.1 (\d+) /.exec(answers[at]?.replace('HTTP/1.1 100 Continue\r\n\r\n', '') ?? '')?.[1],
    );
    return status >= 200 && status < 500 ? [] : [`${request.slice(0, 100)} → ${answers[at]?.slice(0, 100)}`];
  });
}

test.each(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'PROPFIND'])('no path makes a %s fail', async (method) => {
  const requests = paths.map((path) => `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  expect(await failures(stage, requests)).toEqual([]);
  expect(await failures(development, requests)).toEqual([]);
});

const post = (headers: string, body: string) =>
  `POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;

test('no header makes a request fail', async () => {
  const headers = [
    ...[
      '',
      'x',
      'application/json; charset=klingon',
      'multipart/form-data',
      'text/plain',
      'application/json, text/plain',
    ],
    ...['application/graphql', 'application/x-www-form-urlencoded', ';', 'application/json;'.repeat(500)],
  ].map((type) => `Content-Type: ${type}\r\n`);
  const json = 'Content-Type: application/json\r\n';
  const others = [
    ...[
      'Content-Type: text/plain',
      'Content-Length: 17',
      'Host: y',
      'Transfer-Encoding: gzip',
      'Content-Encoding: gzip',
    ],
    ...[
      'Authorization: x\r\nAuthorization: y',
      'Authorization:',
      'Expect: 100-continue',
      'Expect: 200-ok',
      'Origin: null',
    ],
    ...[
      'Accept:',
      'Accept: *',
      'Accept: text/html',
      `Accept: ${'x'.repeat(9_000)}`,
      'Upgrade: x',
      'X-Forwarded-For: ,',
    ],
    ...['Connection: upgrade\r\nUpgrade: h2c', 'Connection: x, y', 'Cookie: \x01', 'Accept-Encoding: *', 'If-Match: *'],
  ].map((header) => `${json}${header}\r\n`);
  const requests = [...headers, ...others].map((each) => post(each, '{"query":"{hello}"}'));
  expect(await failures(stage, requests)).toEqual([]);
});

test('no JSON makes a request fail', async () => {
  const bodies = [
    ...[
      '[]',
      'null',
      'true',
      '1',
      '"x"',
      '{}',
      '[{"query":"{hello}"}]',
      '{"query":1}',
      '{"query":null}',
      '{"query":""}',
    ],
    ...['variables', 'operationName', 'extensions'].flatMap((name) =>
      ['1', '"x"', '[]', 'null', '{"a":{}}', 'true'].map((value) => `{"query":"{hello}","${name}":${value}}`),
    ),
    ...[
      '{"__proto__":{"x":1},"query":"{hello}"}',
      '{"constructor":{"prototype":{}},"query":"{hello}"}',
      '{"query":{}}',
    ],
    `{"query":"{hello}","variables":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
    '['.repeat(10_000),
  ];
  expect(
    await failures(
      stage,
      bodies.map((body) => post('Content-Type: application/json\r\n', body)),
    ),
  ).toEqual([]);
});

test.each([
  ['/assets/', 404],
  ['/assets', 404],
  ['/assets/none.js', 404],
  ['/assets/..%2fmain.js', 404],
  ['/assets/%2e%2e/index.html', 404],
  ['/assets/%00', 404],
  ['/assets/%', 400],
  ['/%', 400],
  ['/none', 404],
])('%s is answered %i, to GET and HEAD', async (path, status) => {
  for (const method of ['GET', 'HEAD']) {
    const answer = await answersTo(stage, `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer.split(' ', 2)[1]).toBe(String(status));
    expect(answer).not.toContain('ENOENT');
  }
});

test('every answer has nosniff', async () => {
  const answers = [
    '/',
    '/graphql',
    '/graphql?query={hello}',
    '/assets/',
    '/none',
    '/healthz',
    '/readyz',
    '/favicon.svg',
    '/%',
  ];
  for (const path of answers) {
    const answer = await answersTo(stage, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer.toLowerCase(), path).toContain('x-content-type-options: nosniff');
  }
});

test('answers of the API are not cached, including errors', async () => {
  const get = (query: string) => `GET /graphql${query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
  const json = 'Content-Type: application/json\r\n';
  for (const request of [
    ...[get('?query={hello}'), get(''), get('?query={no}'), get('?query={fault}')],
    ...[post(json, '{"query":"{hello}"}'), post(json, '{'), post('', 'x'), post(`${json}Authorization: x\r\n`, '{}')],
  ]) {
    expect((await answersTo(stage, request)).toLowerCase(), request).toContain('\r\ncache-control: no-store\r\n');
  }
});
