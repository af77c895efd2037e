/** A path as in this server's routes, without the base path and trailing slashes. */
export function ownPath(url: string, basePath: string): string {
  const { path, query } = split(withinBase(url, basePath));
  return (path.replace(/\/+$/, '') || '/') + query;
}

/** Relative path from a page to the root, which works under any path of a proxy: './' or '../../'. Null for addresses too deep for a page. */
export function pathToRoot(url: string, basePath: string): string | null {
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
