import type { Locator, Page } from 'playwright-core';

/** Opens an event's list of all seats at one row. */
export async function openRow(page: Page, section: string, row: string): Promise<Locator> {
  await page.getByRole('button', { name: /^(List|Liste)$/ }).click();
  await page.locator('.seat-list input[type=checkbox]').uncheck();
  const sections = page.locator('.list-section', { has: page.getByRole('heading', { name: section, exact: true }) });
  if ((await sections.getAttribute('open')) === null) await sections.locator('> summary').click();
  const rows = sections.locator('.list-row', { has: page.getByRole('heading', { name: new RegExp(` ${row}$`) }) });
  await rows.locator('> summary').click();
  return rows;
}

/** The button of a seat in an open row. */
export function seatIn(row: Locator, number: string): Locator {
  return row.locator('.list-seats button', {
    has: row.page().locator('strong', { hasText: new RegExp(`(^|\\s)${number}$`) }),
  });
}

/** Chooses the seat in an open row, and reserves all chosen ones. */
export async function hold(row: Locator, number: string): Promise<void> {
  const page = row.page();
  await seatIn(row, number).click();
  await page.getByRole('button', { name: 'Reserve', exact: true }).click();
  await page.locator('.clock').waitFor();
}
