import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { PaymentNotices } from '../payments/payment-notices.ts';
import { BadWebhook } from '../payments/payment-webhook.ts';
import { maxRequestBytes } from './body-limit.ts';

export interface PaymentWebhookOptions {
  /** Null if the payment provider has no webhook. */
  readonly paymentNotices: PaymentNotices | null;
  readonly logger: Logger;
}

/** Where the payment provider posts what happened. Answers 200 only when what follows from it is in the store. */
export function addPaymentWebhook(http: FastifyInstance, { paymentNotices, logger }: PaymentWebhookOptions): void {
  if (paymentNotices === null) return;
  const { path, signatureHeader } = paymentNotices.webhook;
  const handler = async ({ body, headers, id }: FastifyRequest, reply: FastifyReply) => {
    const signature = headers[signatureHeader];
    reply.type('text/plain; charset=utf-8');
    try {
      await paymentNotices.receive(body as Buffer, typeof signature === 'string' ? signature : undefined);
      return reply.send('ok\n');
    } catch (error) {
      if (error instanceof BadWebhook) return reply.code(400).send(`not accepted: ${error.message}\n`);
      logger.warn({ err: error, requestId: id }, 'what the payment provider told is not worked off yet');
      return reply.code(503).header('retry-after', '5').send('not worked off yet\n');
    }
  };
  // Apart from all other routes, which parse bodies: the signature is of the bytes.
  http.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    scope.post(path, { bodyLimit: maxRequestBytes }, handler);
    done();
  });
}
