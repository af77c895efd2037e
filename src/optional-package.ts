/** A package that only developing needs, and that need not be installed: null where it is not. */
export async function optionalPackage<Package>(load: () => Promise<Package>): Promise<Package | null> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}
