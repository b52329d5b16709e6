import { readRenderResult } from './render-result.js';

const videoId = `${'v'.repeat(22)}.a-1`;
const about = { videoId, attempt: 1 };
const delivered = { ...about, videoUrl: 'http://service/v1/x', bytes: 9, sha256: 'aB'.repeat(32) };
const long = (length: number): string => 'x'.repeat(length);

describe('what a worker reports', () => {
  it.each([
    ['started', about],
    ['started', { ...about, workerId: null }],
    ['started', { ...about, workerId: long(200), unasked: 'is left alone' }],
    ['progressed', { ...about, progress: 0 }],
    ['progressed', { ...about, progress: 99.5 }],
    ['completed', delivered],
    ['failed', { ...about, reason: 'no memory', retryable: false }],
    ['failed', { ...about, attempt: 1_000_000, reason: long(2_000), retryable: true }],
  ])('is taken: %s %j', (type, data) => {
    expect(readRenderResult(`videos.render.${type}`, data)).toMatchObject({ kind: type, accountId: 'a-1', data: { videoId } });
  });

  it.each([
    ['started', null, 'not an object'],
    ['started', 'a text', 'not an object'],
    ['started', [about], 'not an object'],
    ['started', JSON.parse(`{"__proto__": {"videoId": "${videoId}", "attempt": 1}}`), 'not an object'],
    ['started', {}, 'malformed body'],
    ['started', { ...about, attempt: 0 }, 'attempt'],
    ['started', { ...about, attempt: 1.5 }, 'attempt'],
    ['started', { ...about, attempt: '1' }, 'attempt'],
    ['started', { ...about, attempt: 1_000_001 }, 'attempt'],
    ['started', { ...about, workerId: long(201) }, 'workerId'],
    ['started', { ...about, videoId: 'elsewhere' }, 'unknown video'],
    ['started', { ...about, videoId: `${'v'.repeat(22)}.no good` }, 'unknown video'],
    ['progressed', about, 'progress'],
    ['progressed', { ...about, progress: -1 }, 'progress'],
    ['progressed', { ...about, progress: 101 }, 'progress'],
    ['progressed', { ...about, progress: null }, 'progress'],
    ['progressed', { ...about, progress: '7' }, 'progress'],
    ['completed', { ...delivered, bytes: 0 }, 'bytes'],
    ['completed', { ...delivered, sha256: 'ab' }, 'sha256'],
    ['completed', { ...delivered, sha256: undefined }, 'sha256'],
    ['completed', { ...delivered, videoUrl: long(2_001) }, 'videoUrl'],
    ['failed', { ...about, reason: '', retryable: true }, 'reason'],
    ['failed', { ...about, reason: long(2_001), retryable: true }, 'reason'],
    ['failed', { ...about, reason: 'x', retryable: 'yes' }, 'retryable'],
    ['approved', about, 'unknown type'],
    ['', about, 'unknown type'],
  ])('cannot be right: %s %j', (type, data, reason) => {
    expect(readRenderResult(`videos.render.${type}`, data)).toEqual(expect.stringContaining(reason));
  });
});
