import type { Words } from '../language/words.ts';
import type { Notice } from './state.ts';

export function sayNotice(notice: Notice, { say }: Words): string {
  switch (notice.kind) {
    case 'salesNotOpen':
      return say.salesNow[notice.salesStatus] || say.notices.salesNotOpen;
    case 'reservationLimit':
      return say.notices.reservationLimit(notice.limit);
    case 'seatLimit':
      return say.notices.seatLimit(notice.limit);
    case 'networkLimit':
      return say.notices.networkLimit(notice.limit);
    case 'invalid':
      return notice.message;
    case 'finishFirst':
      return say.choice.finishFirst;
    default:
      return say.notices[notice.kind];
  }
}
