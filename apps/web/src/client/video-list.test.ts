import type { VideoView } from '#contracts';
import { headSize, unreadVideos, withHead, withMore, withVideo } from './video-list.js';

const video = (videoId: string, status: VideoView['status'] = 'ready'): VideoView => ({
  videoId,
  status,
  accountId: 'a',
  roomId: 'r',
  artworkId: 'w',
  title: null,
  progress: null,
  attempt: 1,
  createdAt: '2027-03-01T10:00:00.000Z',
  endedAt: null,
  failure: null,
  allotmentId: 'x',
  downloadUrl: null,
  posterUrl: null,
});
const ids = (list: { readonly videos: readonly VideoView[] | null }) => list.videos?.map(({ videoId }) => videoId).join('');
const of = (names: string, nextCursor: string | null = null) => ({ videos: [...names].map((name) => video(name)), nextCursor });
const page = (names: string, nextCursor: string | null = null) => ({ items: [...names].map((name) => video(name)), nextCursor });

describe('the list of creations', () => {
  it('is what the first answer says', () => {
    expect(withHead(unreadVideos, page('cba', 'next'))).toEqual(of('cba', 'next'));
  });

  it('keeps the unfolded older part when its head is read again', () => {
    const list = withHead(of('dcba', 'older'), page('edc', 'below c'));
    expect([ids(list), list.nextCursor]).toEqual(['edcba', 'older']);
  });

  it('is the head alone when everything has moved out of its reach', () => {
    expect(withHead(of('ba', 'older'), page('zyx', 'below x'))).toEqual(of('zyx', 'below x'));
  });

  it('grows by the next page, each video once', () => {
    const list = withMore(of('dc', 'more'), page('cba'));
    expect([ids(list), list.nextCursor]).toEqual(['dcba', null]);
  });

  it('shows a new video first, and a known one in its place', () => {
    expect(ids(withVideo(of('ba'), video('c')))).toBe('cba');
    const changed = withVideo(of('cba'), video('b', 'cancelled'));
    expect([ids(changed), changed.videos?.[1]?.status]).toEqual(['cba', 'cancelled']);
  });

  it('reads as many from the top as hold everything in progress', () => {
    const videos = [...'abcdefghijklmnop'].map((name) => video(name, name === 'o' ? 'rendering' : 'ready'));
    expect(headSize({ videos, nextCursor: null }, 12)).toBe(15);
    expect(headSize(unreadVideos, 12)).toBe(12);
  });
});
