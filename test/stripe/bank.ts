import type { ServerResponse } from 'node:http';
import { parseForm, text } from './form.ts';
import type { PaymentIntents } from './payment-intents.ts';

/** The page of the buyer's bank, where 3-D Secure is approved or not: `/bank/pi_1`. */
export function answerBank(
  intents: PaymentIntents,
  { pathname, body }: { readonly pathname: string; readonly body: string },
  response: ServerResponse,
): void {
  const intent = intents.all().find(({ id }) => pathname === `/bank/${id}`);
  if (intent === undefined) {
    response.writeHead(404).end();
    return;
  }
  const answer = text(parseForm(body), 'answer');
  if (answer === null) {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
    return;
  }
  intents.authenticate(intent, answer === 'approve');
  response.writeHead(303, { location: intent.returnUrl ?? pathname }).end();
}

const page = `<!doctype html>
<html lang="en">
  <title>The bank</title>
  <form method="post">
    <button name="answer" value="approve">Approve</button>
    <button name="answer" value="fail">Fail</button>
  </form>
</html>
`;
