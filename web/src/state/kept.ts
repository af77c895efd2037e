type Kept = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** What this browser remembers, and what this tab of it does. Where it may not, as in some private windows, the page remembers it as long as it is open. */
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
