import type { BrowserContext, Route } from 'playwright-core';
import type { StripeDouble } from '../stripe/stripe-double.ts';

/** In the place of Stripe.js: what the page uses of it, with a list of test cards for a form. */
const script = `
const api = async (path, fields) => {
  const answer = await fetch('https://api.stripe.com' + path, { method: 'POST', body: new URLSearchParams(fields) });
  return answer.json();
};
const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const cards = ['pm_card_visa', 'pm_card_chargeDeclined', 'pm_card_threeDSecure2Required'];
const askBank = (intent) => new Promise((resolve) => {
  const answer = (answered) => async () => {
    await api('/bank/' + intent, { answer: answered });
    dialog.remove();
    resolve({});
  };
  const dialog = element('dialog', { ariaLabel: 'The bank of Stripe' },
    element('button', { textContent: 'Complete', onclick: answer('approve') }),
    element('button', { textContent: 'Fail', onclick: answer('fail') }));
  document.body.append(dialog);
  dialog.showModal();
});
window.Stripe = () => ({
  elements: ({ amount, currency, captureMethod }) => {
    const choice = element('select', {}, ...cards.map((card) => element('option', { textContent: card })));
    const label = element('label', {}, 'Card of ' + [amount, currency, captureMethod].join(' '), choice);
    return {
      card: () => choice.value,
      create: () => ({ mount: (place) => place.append(label), destroy: () => label.remove() }),
      update: async (changed) => { label.firstChild.textContent = 'Card of ' + [changed.amount, changed.currency, captureMethod].join(' '); },
      submit: async () => ({}),
    };
  },
  createConfirmationToken: ({ elements, params }) =>
    api('/v1/test_helpers/confirmation_tokens', { payment_method: elements.card(), ...params }).then(
      (confirmationToken) => ({ confirmationToken }),
      ({ message }) => ({ error: { type: 'api_connection_error', message } })),
  handleNextAction: ({ clientSecret }) => askBank(clientSecret.split('_secret_')[0]),
});
`;

/** Has the pages of a browser get it, and lets them reach the double, as if both were Stripe's own. */
export async function serveStripeJs(context: BrowserContext, double: StripeDouble): Promise<void> {
  await context.route('https://js.stripe.com/**', (route) =>
    route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: script }),
  );
  await context.route('https://api.stripe.com/**', (route) => passOn(route, double));
}

async function passOn(route: Route, { url }: StripeDouble): Promise<void> {
  const request = route.request();
  const answer = await fetch(new URL(new URL(request.url()).pathname, url), {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_double' },
    body: request.postData() ?? '',
    redirect: 'manual',
  });
  const body = answer.ok ? await answer.text() : '{}';
  await route.fulfill({ contentType: 'application/json', headers: { 'access-control-allow-origin': '*' }, body });
}
