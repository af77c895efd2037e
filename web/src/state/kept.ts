type Kept = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Storage of this browser, and of this tab. Kept in memory where the browser refuses, as in some private windows. */
export const kept = storage(() => localStorage);
export const keptInTab = storage(() => sessionStorage);

function storage(open: () => Storage): Kept {
  try {
    const opened = open();
    opened.setItem('holdfast', '');
    opened.removeItem('holdfast');
    return opened;
  } catch {
    return inMemory();
  }
}

function inMemory(): Kept {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}
