/** Figures by name; the name says the unit. */
export type Figures = { readonly [name: string]: number };
