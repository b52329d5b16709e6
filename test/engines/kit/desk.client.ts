/** Address of the process that holds the engines that all test files share; jest's global setup sets it. */
const DESK = 'ENGINE_DESK';

export type SharedEngine = 'kafka' | 'postgres' | 's3' | 'event-store';

/** What the desk has of an engine, which it starts for the first who asks, one for each `lane`; undefined where there is no desk. */
export async function askDesk<T>(engine: SharedEngine, lane = ''): Promise<T | undefined> {
  const desk = process.env[DESK];
  if (!desk) return undefined;
  const response = await fetch(`${desk}/${engine}/${lane}`);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}

/** Notes for the table at the end what a test really ran against. */
export async function ran(engine: string, version: string): Promise<void> {
  const desk = process.env[DESK];
  if (!desk) return;
  const response = await fetch(`${desk}/ran`, { method: 'POST', body: JSON.stringify({ engine, version }) });
  if (!response.ok) throw new Error(await response.text());
}
