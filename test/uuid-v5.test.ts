import { expect, test } from 'vitest';
import { uuidV5 } from '../src/uuid-v5.ts';

const ofDns = uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8');

test.each([
  ['www.example.com', '2ed6657d-e927-568b-95e1-2665a8aea6a2'],
  ['python.org', '886313e1-3b8a-5372-9b90-0c9aee199e5d'],
])('names %s as RFC 9562 and others do', (name, id) => {
  expect(ofDns(name)).toBe(id);
});

test('takes names as UTF-8', () => {
  expect(ofDns('Žižkov\n席')).toBe('7c926453-3c98-54b7-8a89-9f1af63fa998');
});
