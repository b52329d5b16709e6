import type { RoomView } from '#contracts';
import type { TemplateResult } from 'lit';
import type { Catalogue } from '../words/en.js';
import type { Sentence } from '../words/standing.js';

/** What a part of an element needs to speak as the element does. */
export interface Wording {
  readonly say: (name: keyof Catalogue, values?: Readonly<Record<string, TemplateResult | number | string>>) => (string | TemplateResult)[];
  readonly text: (name: keyof Catalogue, values?: Readonly<Record<string, number | string>>) => string;
  readonly sentence: (sentence: Sentence) => (string | TemplateResult)[];
  readonly roomName: (room: RoomView) => string;
  readonly limits: { readonly mb: number; readonly mp: number };
}
