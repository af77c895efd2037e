/** A text without regard to case and accents: 'ÉCOLE', 'école' and 'Ecole' are one. In capitals, as 'ß' is 'SS' in them and 'ς' is 'Σ'. */
export function searchText(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toUpperCase();
}
