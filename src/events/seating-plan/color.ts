import { colord, extend } from 'colord';
import names from 'colord/plugins/names';

extend([names]);

/** A CSS colour as '#rrggbb'; null if it is none or fully transparent. Plans may contain any text. */
export function hexColor(text: string | null | undefined): string | null {
  const color = colord(text ?? '');
  return color.isValid() && color.alpha() > 0 ? color.alpha(1).toHex() : null;
}
