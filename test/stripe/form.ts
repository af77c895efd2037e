/** Parameters as Stripe takes them: form-encoded, nested by brackets (`metadata[order]=6`, `expand[0]=latest_charge`). */
export interface Parameters {
  readonly [name: string]: string | Parameters;
}

export function parseForm(text: string): Parameters {
  const root: Record<string, string | Parameters> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const [first = '', ...inner] = name.replaceAll(']', '').split('[');
    put(root, [first, ...inner], value);
  }
  return root;
}

function put(into: Record<string, string | Parameters>, [name = '', ...inner]: readonly string[], value: string): void {
  // A list may come without indexes: `expand[]=latest_charge`.
  const key = name === '' ? String(Object.keys(into).length) : name;
  if (inner.length === 0) {
    into[key] = value;
    return;
  }
  const within = into[key];
  const next: Record<string, string | Parameters> = typeof within === 'object' ? { ...within } : {};
  put(next, inner, value);
  into[key] = next;
}

export function text(parameters: Parameters, name: string): string | null {
  const value = parameters[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function nested(parameters: Parameters, name: string): Parameters {
  const value = parameters[name];
  return typeof value === 'object' ? value : {};
}

/** The texts of a list or of metadata. */
export function texts(parameters: Parameters, name: string): Record<string, string> {
  const pairs = Object.entries(nested(parameters, name));
  return Object.fromEntries(pairs.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])));
}
