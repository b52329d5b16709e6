const KEY = 'video-credits.desk-name';

/** The name under which grants and revokes are recorded, as this browser remembers it; empty where none was given. */
export function rememberedName(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    // Storage may be forbidden; the name then lasts as long as the page.
    return '';
  }
}

/** Remembers the name; false where the browser keeps nothing. */
export function rememberName(name: string): boolean {
  try {
    localStorage.setItem(KEY, name);
    return true;
  } catch {
    return false;
  }
}
