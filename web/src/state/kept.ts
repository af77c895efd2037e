/** What this browser remembers. Where it may not, as in some private windows, the page remembers it as long as it is open. */
export const kept: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = isAllowed() ? localStorage : inMemory();

function isAllowed(): boolean {
  try {
    localStorage.setItem('holdfast', '');
    localStorage.removeItem('holdfast');
    return true;
  } catch {
    return false;
  }
}

function inMemory() {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
}
