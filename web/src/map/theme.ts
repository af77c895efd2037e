import { createStore } from '../state/store.ts';

/** Colours for the canvas: those of `styles/base.css`, which it cannot read. */
export interface Theme {
  /** Background. */
  readonly paper: string;
  readonly text: string;
  readonly faint: string;
  readonly muted: string;
  readonly chosen: string;
  readonly onChosen: string;
  readonly mine: string;
  readonly onMine: string;
  readonly lost: string;
  readonly offered: string;
  readonly onFlag: string;
}

const light: Theme = {
  paper: '#ffffff',
  text: '#14213d',
  faint: '#d5d8de',
  muted: '#5a6172',
  chosen: '#14213d',
  onChosen: '#ffd166',
  mine: '#0b6e4f',
  onMine: '#ffffff',
  lost: '#9b1c1c',
  offered: '#0057d9',
  onFlag: '#ffffff',
};

const dark: Theme = {
  paper: '#161b26',
  text: '#e6e9f0',
  faint: '#39414f',
  muted: '#a5adbd',
  chosen: '#ffd166',
  onChosen: '#14213d',
  mine: '#4cc79a',
  onMine: '#0c1a15',
  lost: '#ff8a8a',
  offered: '#7fb0ff',
  onFlag: '#10141d',
};

const wantsDark = matchMedia('(prefers-color-scheme: dark)');
const wanted = () => (wantsDark.matches ? dark : light);

/** Follows the colour scheme of the device. */
export const theme = createStore(wanted());
wantsDark.addEventListener('change', () => theme.set(wanted()));
