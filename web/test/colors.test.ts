import fc from 'fast-check';
import { expect, test } from 'vitest';
import { categoryColor, contrast, outlineOf, textOn } from '../src/map/colors.ts';

const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

test('contrast is computed as in WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#ffffff', '#767676')).toBeCloseTo(4.54, 2);
});

test('seats of any colour contrast with the paper, and their numbers with the seats', () => {
  fc.assert(
    fc.property(color, (of) => {
      for (const paper of ['#ffffff', '#161b26'])
        expect(contrast(outlineOf(of, paper), paper)).toBeGreaterThanOrEqual(3);
      expect(contrast(textOn(of), of)).toBeGreaterThanOrEqual(4.5);
    }),
  );
});

test('a colour with enough contrast stays as in the plan', () => {
  expect(outlineOf('#b3394c', '#ffffff')).toBe('#b3394c');
});

test('categories without a colour get one on which white is legible', () => {
  for (const category of [0, 1, 2, 3, 4, 5, 6]) {
    for (const given of [null, 'red', ''])
      expect(contrast(categoryColor(given, category), '#ffffff')).toBeGreaterThan(4.5);
  }
});
