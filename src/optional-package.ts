/** Loads a package that only development needs: null if it is not installed. */
export async function optionalPackage<Package>(load: () => Promise<Package>): Promise<Package | null> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}
