/** Artworks for the pictures in the README, drawn here, and the rooms that they hang in. */
export const paintings: readonly { readonly title: string; readonly roomId: string; readonly svg: string }[] = [
  {
    title: 'Harbour, early',
    roomId: 'living-room',
    svg: `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="900"><defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="#f6d9b8"/><stop offset="1" stop-color="#e58f65"/></linearGradient></defs>
      <rect width="1200" height="900" fill="url(#s)"/><circle cx="380" cy="420" r="90" fill="#fff3da"/><rect y="520" width="1200" height="380" fill="#2f5d73"/>
      <path d="M0 560h1200M0 610h1200M0 670h1200M0 740h1200" stroke="#f2b08a" stroke-width="5" stroke-dasharray="120 60 30 90"/>
      <path d="M640 560l120-330 120 330z" fill="#fbf6ec"/><path d="M760 230v340" stroke="#3b2a24" stroke-width="9"/><path d="M600 570h320l-50 70H650z" fill="#7d2e2b"/></svg>`,
  },
  {
    title: 'Three leaves',
    roomId: 'gallery-wall',
    svg: `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="1200"><rect width="900" height="1200" fill="#efe7d8"/>
      <path d="M450 1120C430 700 440 420 450 120" stroke="#33493c" stroke-width="12" fill="none"/>
      <path d="M450 800C250 760 150 620 170 440 340 500 440 640 450 800z" fill="#4f7358"/><path d="M450 620C640 560 740 430 730 250 560 310 460 450 450 620z" fill="#7fa07a"/>
      <path d="M450 1020C620 990 720 890 740 740 590 780 480 880 450 1020z" fill="#c9a35b"/></svg>`,
  },
  {
    title: 'Evening squares',
    roomId: 'evening-stairs',
    svg: `<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="1000"><rect width="1000" height="1000" fill="#1f2a44"/>
      <rect x="120" y="120" width="420" height="420" fill="#d96c4f"/><rect x="420" y="380" width="460" height="460" fill="#e9c46a" fill-opacity=".92"/><rect x="180" y="640" width="260" height="260" fill="#3d8b84"/></svg>`,
  },
];
