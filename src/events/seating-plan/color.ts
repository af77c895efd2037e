import { colord, extend } from 'colord';
import names from 'colord/plugins/names';

extend([names]);

/** A CSS colour as '#rrggbb'; null for what is none, or cannot be seen. Plans hold text that nobody has checked. */
export function hexColor(text: string | null | undefined): string | null {
  const color = colord(text ?? '');
  return color.isValid() && color.alpha() > 0 ? color.alpha(1).toHex() : null;
}
