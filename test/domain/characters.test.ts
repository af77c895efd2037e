import { describe, expect, test } from 'vitest';
import { fitsCharacters } from '../../src/domain/characters.ts';

describe('characters, as people see them', () => {
  test.each([
    ['a', 'a'],
    ['an accent of its own', 'e\u0301'],
    ['a family', '👩‍👩‍👧‍👦'],
    ['a couple with skin tones', '👩🏽‍❤️‍💋‍👨🏿'],
    ['a flag', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['a Devanagari syllable', 'नी'],
    ['a Hangul syllable in parts', '\u1112\u1161\u11ab'],
  ])('are counted: %s is one', (_, character) => {
    expect(fitsCharacters(character.repeat(200), 200)).toBe(true);
    expect(fitsCharacters(character.repeat(201), 200)).toBe(false);
  });

  test('have a bounded number of combining marks', () => {
    expect(fitsCharacters(`a${'\u0301'.repeat(100)}`, 200)).toBe(true);
    expect(fitsCharacters(`a${'\u0301'.repeat(10_000)}`, 200)).toBe(false);
  });
});
