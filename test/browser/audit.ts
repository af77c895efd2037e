import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical violations that axe finds: rule and element. */
export async function violations(page: Page): Promise<string[]> {
  // By the debugger, which the CSP does not restrict.
  await page.evaluate(await axe);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

/** Elements that move although the viewer prefers reduced motion: start tag and cause. */
export function motions(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('*')].flatMap((element) => ['', '::before', '::after'].flatMap((part) => {
    const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element, part);
    const moves = /[1-9]/.test(transitionDuration) || animationName !== 'none' || scrollBehavior === 'smooth';
    return moves ? [element.cloneNode().outerHTML + part + ': ' + [transitionDuration, animationName, scrollBehavior]] : [];
  }))`);
}

/** Pixels by which the page is wider than its window. */
export function excessWidth(page: Page): Promise<number> {
  return page.evaluate('document.scrollingElement.scrollWidth - innerWidth');
}

/** Pixels that can be scrolled beyond the content. */
export function excessHeight(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const end = Math.max(innerHeight, Math.ceil(document.getElementById('root').getBoundingClientRect().height));
    return Math.max(0, document.scrollingElement.scrollHeight - end);
  })()`);
}

/** Whether the element is completely visible and uncovered. */
export function isInSight(page: Page, selector: string): Promise<boolean> {
  return page.locator(selector).evaluate((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const root = element.ownerDocument;
    const isHit = (y: number) => element.contains(root.elementFromPoint((left + right) / 2, y));
    return isHit(top + 2) && isHit(bottom - 2);
  });
}

/** Texts cut off by the window or an element, except those that follow the pointer, with what cuts them off. */
export function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const found = [];
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
      const { data, parentElement } = words.currentNode;
      if (!data.trim() || !parentElement.checkVisibility() || parentElement.closest('.visually-hidden, .hover-tip, .skip, noscript, select, textarea')) continue;
      const range = document.createRange();
      range.selectNodeContents(words.currentNode);
      const box = range.getBoundingClientRect();
      const isBeyond = (edge, withHeight) => box.left < edge.left - 1 || box.right > edge.right + 1
        || (withHeight && (box.top < edge.top - 1 || box.bottom > edge.bottom + 1));
      if (isBeyond({ left: 0, right: innerWidth }, false)) found.push(data + ' by the window');
      for (let around = parentElement; around; around = around.parentElement) {
        const { overflowX, overflowY } = getComputedStyle(around);
        if (getComputedStyle(around).clipPath !== 'none') break;
        if (overflowX === 'visible' || around === document.body) continue;
        if (isBeyond(around.getBoundingClientRect(), overflowY === 'hidden')) found.push(data + ' by ' + around.className);
      }
    }
    return found;
  })()`);
}
