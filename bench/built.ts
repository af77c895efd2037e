const directory = new URL('../dist/', import.meta.url);

/**
 * Loads a compiled module of the server by the path of its source in `src`. Tools that run TypeScript directly name every closure
 * at run time, which would slow down what is measured.
 */
export function loadBuilt<Module>(path: `${string}.ts`): Promise<Module> {
  return import(new URL(path.replace(/\.ts$/, '.js'), directory).href);
}
