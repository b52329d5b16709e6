import sharp from 'sharp';

/** A picture that looks like one: a sun over hills, drawn here. */
export function artwork(): Promise<Buffer> {
  const hills = [
    ['#3d5a80', 'M0 520 Q 250 380 500 500 T 1000 460 V 800 H 0 Z'],
    ['#2f4858', 'M0 620 Q 300 500 560 610 T 1000 570 V 800 H 0 Z'],
    ['#1d2d35', 'M0 720 Q 240 620 520 710 T 1000 690 V 800 H 0 Z'],
  ].map(([fill, path]) => `<path d="${path}" fill="${fill}"/>`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="800">
    <defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#f4a261"/><stop offset="1" stop-color="#fde2b3"/></linearGradient></defs>
    <rect width="1000" height="800" fill="url(#sky)"/><circle cx="640" cy="330" r="110" fill="#e63946"/>${hills.join('')}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}
