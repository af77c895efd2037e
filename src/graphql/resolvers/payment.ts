import type { Resolvers } from '../generated/resolvers.ts';
import { encodePaymentId } from '../ids.ts';

export const paymentResolvers: Resolvers = {
  Query: {
    paymentProvider: (_, _arguments, { services }) => services.paymentProvider,
  },
  Payment: {
    id: ({ payment }) => encodePaymentId(payment.eventId, payment.id),
    state: ({ payment }) => payment.state,
    amount: ({ payment: { amount, currency } }) => ({ amount, currency }),
    refunded: ({ payment: { refunded, currency } }) => ({ amount: refunded, currency }),
    provider: ({ payment }) => payment.provider,
    reference: ({ payment }) => payment.reference,
    disputed: ({ payment }) => payment.disputed,
    createdAt: ({ payment }) => new Date(payment.createdAtMs),
  },
};
