/** A path as in this server's routes, without the base path and trailing slashes. */
export function ownPath(url: string, basePath: string): string {
  const { path, query } = split(withinBase(url, basePath));
  return (path.replace(/\/+$/, '') || '/') + query;
}

/**
 * How a page at this address refers to what lies at the root, whatever path a proxy has this server under: './', '../' or '../../'.
 * Null if the page has no addresses this deep.
 */
export function wayToRoot(url: string, basePath: string): string | null {
  const depth = split(withinBase(url, basePath)).path.split('/').length - 2;
  if (depth > MAX_DEPTH) return null;
  return depth > 0 ? '../'.repeat(depth) : './';
}

const MAX_DEPTH = 10;

function withinBase(url: string, basePath: string): string {
  return url.startsWith(`${basePath}/`) ? url.slice(basePath.length) : url;
}

function split(url: string) {
  const at = url.indexOf('?');
  return at === -1 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at) };
}
