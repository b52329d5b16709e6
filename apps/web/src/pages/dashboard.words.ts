/** What the dashboard itself says; everything else on it is said by the elements. */
const en = {
  title: 'Your art, on a wall',
  invite: 'Choose a picture and a room. A few seconds of film show how it would hang there, ready to share.',
  recent: 'Recent Creations',
  history: 'Credit history',
  close: 'Close',
  signOut: 'Sign out',
  ways: 'Account',
  noAnswer: 'The service did not answer. Check your connection, then load this page again.',
};

export type DashboardWords = Readonly<Record<keyof typeof en, string>>;

const de: DashboardWords = {
  title: 'Ihre Kunst an der Wand',
  invite: 'Wählen Sie ein Bild und einen Raum. Ein paar Sekunden Film zeigen, wie es dort hängen würde, und lassen sich gleich teilen.',
  recent: 'Zuletzt erstellt',
  history: 'Credit-Verlauf',
  close: 'Schließen',
  signOut: 'Abmelden',
  ways: 'Konto',
  noAnswer: 'Der Dienst hat nicht geantwortet. Prüfen Sie die Verbindung und laden Sie die Seite neu.',
};

const spoken: Readonly<Record<string, DashboardWords>> = { en, de };

/** The first language of the reader that the page speaks, with its words; English where it speaks none. */
export function wordsFor(wishes: readonly string[]): { readonly lang: string; readonly words: DashboardWords } {
  for (const wish of wishes) {
    const words = spoken[wish.toLowerCase().split('-')[0] ?? ''];
    if (words !== undefined) return { lang: wish, words };
  }
  return { lang: 'en', words: en };
}
