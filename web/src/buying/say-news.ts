import type { Words } from '../language/words.ts';
import { type Plan, priceOf } from '../plan/plan.ts';
import type { News } from './state.ts';

export function sayNews(news: News, { say, write }: Words, plan: Plan): string {
  switch (news.kind) {
    case 'added':
      return say.choice.added(say.seat(news.seat), write.money(priceOf(plan, news.seat)));
    case 'removed':
      return say.choice.removed(say.seat(news.seat));
    case 'notFree':
      return say.choice.notFree(say.seat(news.seat), say.status[news.status]);
    case 'reserved':
      return say.held.reserved(news.count, sayTime(news.seconds, say));
    case 'extended':
      return say.held.extended(sayTime(news.seconds, say));
    case 'lost':
      return `${say.notices.fasterTitle}: ${say.notices.faster(write.list(news.seats.map(say.seat)), news.seats.length)}`;
    case 'booked':
      return say.booked.announce(news.reference);
    case 'expired':
      return `${say.ended.expired}. ${say.ended.expiredText}`;
    case 'lostSight':
      return `${say.ended.lostSight}. ${say.ended.lostSightText}`;
    case 'cancelled':
      return `${say.ended.cancelled}. ${say.ended.cancelledText}`;
  }
}

/** '10 minutes', or '45 seconds' if less than two minutes. */
export function sayTime(seconds: number, say: Words['say']): string {
  return seconds >= 120 ? say.choice.minutes(Math.round(seconds / 60)) : say.choice.seconds(seconds);
}
