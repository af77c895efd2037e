const directory = new URL('../dist/', import.meta.url);

/**
 * Loads a module of the server as it is run, compiled; `path` is that of its source in `src`. What runs TypeScript directly
 * gives every closure a name at run time, which is too dear for what is measured here.
 */
export function loadBuilt<Module>(path: `${string}.ts`): Promise<Module> {
  return import(new URL(path.replace(/\.ts$/, '.js'), directory).href);
}
