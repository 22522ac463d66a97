/** The messages of the sample mailbox, with bare line feeds: `append` turns them into CRLF. */

/** Plain text, all ASCII. */
export const MINUTES: string = `Date: Tue, 12 May 2026 09:14:32 +0200
From: Clara Hoffmann <clara.hoffmann@example.org>
To: Ann Lindqvist <ann@example.org>
Cc: "Baker, Tom" <tom.baker@example.net>, newsroom: ivo@example.com, mia@example.com;
Subject: Minutes of Tuesday's meeting
Message-ID: <20260512.0914@mail.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Hello Ann,

here is what we agreed on:

1. The new timetable starts on 1 June.
2. Tom orders the paper, 500 sheets.
3. We meet again on 26 May at nine.

Best wishes
Clara
`;

/** UTF-8 in Q encoding. */
export const SUMMER_PARTY: string = `Date: Fri, 29 May 2026 17:45:03 +0200
From: =?UTF-8?Q?J=C3=BCrgen_M=C3=BCller?= <juergen.mueller@example.org>
To: =?UTF-8?Q?Ann_Lindqvist?= <ann@example.org>
Subject: =?UTF-8?Q?Einladung=3A_Sommerfest_am_18=2E_Juli_=F0=9F=8E=89?=
Message-ID: <sommerfest-2026@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Liebe Ann,

am 18. Juli feiern wir ab 16 Uhr bei uns im Garten. F=C3=BCr Grill und Getr=
=C3=A4nke ist gesorgt, =C3=BCber einen Salat freuen wir uns.

Herzliche Gr=C3=BC=C3=9Fe
J=C3=BCrgen
`;

/** UTF-8 in B encoding, in two encoded words. */
export const CAFE_BILL: string = `Date: Mon, 06 Apr 2026 08:02:11 +0000
From: =?UTF-8?B?Q2Fmw6kgWm/Dqw==?= <hello@cafe.example.com>
To: ann@example.org
Subject: =?utf-8?B?UsOpc2VydmF0aW9uIGNvbmZpcm3DqWUgOiA=?=
 =?utf-8?B?dGFibGUgcHLDqHMgZGUgbGEgZmVuw6p0cmUsIDQgcGVyc29ubmVz?=
Message-ID: <booking-4711@cafe.example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

Qm9uam91ciBBbm4sCgp2b3RyZSB0YWJsZSBlc3QgcsOpc2VydsOpZSBwb3VyIHNhbWVkaSDDoCAx
OSBoIDMwLgoKw4AgYmllbnTDtHQsClpvw6sK
`;

/** ISO-8859-1. */
export const ZURICH: string = `Date: Wed, 03 Jun 2026 11:20:45 +0200
From: =?ISO-8859-1?Q?Beat_Z=FCrcher?= <beat@example.net>
To: Ann Lindqvist <ann@example.org>
Subject: =?ISO-8859-1?Q?Besuch_in_Z=FCrich_n=E4chste_Woche?=
Message-ID: <a81f@mail.example.net>
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Hoi Ann,

der Zug um 9.32 Uhr w=E4re f=FCr mich am sch=F6nsten. Treffpunkt unter der =
Uhr?

Gr=FCsse, Beat
`;

/** ISO-2022-JP, with its escape sequences. */
export const MEETING_IN_TOKYO: string = `Date: Thu, 04 Jun 2026 10:05:00 +0900
From: =?ISO-2022-JP?B?GyRCOzNFRBsoQiAbJEIyVjtSGyhC?= <hanako.yamada@example.com>
To: Ann Lindqvist <ann@example.org>
Subject: =?ISO-2022-JP?B?GyRCTWg9NSROMnE1RCRLJEQkJCRGGyhC?=
Message-ID: <20260604100500.77@tokyo.example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=ISO-2022-JP
Content-Transfer-Encoding: base64

GyRCJSIlcyQ1JHMbKEIKChskQk1oPTUkTjJxNUQkTz9lTUtGfCROOGE4ZTswO34kKyRpJEckOSEj
GyhCChskQjtxTkEkT0xARnwkKkF3JGokNyReJDkhIxsoQgoKGyRCOzNFRBsoQgo=
`;

/** KOI8-R. */
export const TIMETABLE: string = `Date: Fri, 05 Jun 2026 19:30:12 +0300
From: =?KOI8-R?B?78zYx8Eg8MXU0s/XwQ==?= <olga.petrova@example.net>
To: ann@example.org
Subject: =?KOI8-R?B?8sHT0MnTwc7JxSDQz8XaxM/XIM7BIMnAzNg=?=
Message-ID: <train.0705@example.net>
MIME-Version: 1.0
Content-Type: text/plain; charset=koi8-r
Content-Transfer-Encoding: base64

8NLJ18XULCDhzs7BIQoK8M/F2sQgz9TQ0sHXzNHF1NPRINcgODoxNSwg0NLJwtnUycUg1yAxNDo0
MC4KCu/M2MfBCg==
`;

/** Windows-1252, with characters that ISO-8859-1 lacks. */
export const OFFER: string = `Date: Sat, 06 Jun 2026 06:00:00 -0400
From: =?windows-1252?Q?Buchhandlung_=93Zum_Lesesaal=94?= <angebote@books.example.com>
Reply-To: <service@books.example.com>
To: ann@example.org
Subject: =?windows-1252?Q?Angebot_=96_drei_Romane_f=FCr_19=2C99_=80?=
Message-ID: <offer-0606@books.example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=windows-1252
Content-Transfer-Encoding: quoted-printable

Drei Romane Ihrer Wahl f=FCr 19,99 =80 =96 nur bis Sonntag=85
`;

/** multipart/alternative. */
export const NEWSLETTER: string = `Date: Sun, 07 Jun 2026 05:30:00 -0700
From: "The Weekly Compass" <news@compass.example.com>
To: ann@example.org
Subject: The Weekly Compass: five walks by the sea
Message-ID: <issue-23@compass.example.com>
List-Unsubscribe: <mailto:leave@compass.example.com>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_compass_23"

--=_compass_23
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

FIVE WALKS BY THE SEA

This week: cliffs, dunes and a lighthouse — and where to have tea afterwards.

--=_compass_23
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<html><body>
<h1>Five walks by the sea</h1>
<p>This week: cliffs, dunes and a lighthouse =E2=80=94 and where to have <a=
 href=3D"https://compass.example.com/tea">tea</a> afterwards.</p>
</body></html>

--=_compass_23--
`;

/** multipart/mixed with an attachment whose name is encoded by RFC 2231. */
export const ANNUAL_REPORT: string = `Date: Mon, 08 Jun 2026 14:22:10 +0530
From: Ravi Menon <ravi.menon@example.com>
To: Ann Lindqvist <ann@example.org>
Subject: Annual report, final version
Message-ID: <report-final@mail.example.com>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="part-8c1d"

This is a message in several parts.

--part-8c1d
Content-Type: text/plain; charset=us-ascii

Hi Ann,

the report is attached. The figures on page three are new.

Ravi
--part-8c1d
Content-Type: application/pdf
Content-Description: the report
Content-Disposition: attachment;
 filename*0*=UTF-8''%C3%9Cbersicht%20;
 filename*1="2026.pdf";
 size=218
Content-Transfer-Encoding: base64

JVBERi0xLjQKMSAwIG9iago8PCAvVHlwZSAvQ2F0YWxvZyAvUGFnZXMgMiAwIFIgPj4KZW5kb2Jq
CjIgMCBvYmoKPDwgL1R5cGUgL1BhZ2VzIC9LaWRzIFszIDAgUl0gL0NvdW50IDEgPj4KZW5kb2Jq
CjMgMCBvYmoKPDwgL1R5cGUgL1BhZ2UgL1BhcmVudCAyIDAgUiAvTWVkaWFCb3ggWzAgMCAyMDAg
MTAwXSA+PgplbmRvYmoKdHJhaWxlcgo8PCAvUm9vdCAxIDAgUiA+PgolJUVPRgo=
--part-8c1d--
`;

/** A message inside a message; the inner one is a multipart. */
export const FORWARDED: string = `Date: Tue, 09 Jun 2026 08:10:55 +0100
From: Tom Baker <tom.baker@example.net>
To: ann@example.org
Subject: Fwd: Lost umbrella
Message-ID: <fwd-1@mail.example.net>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: text/plain

Isn't this yours?

--outer
Content-Type: message/rfc822
Content-Disposition: inline

Date: Mon, 08 Jun 2026 16:40:00 +0100
From: Front Desk <desk@museum.example.org>
To: Tom Baker <tom.baker@example.net>
Subject: Lost umbrella
Message-ID: <umbrella@museum.example.org>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain

A green umbrella was found in the reading room.

--inner
Content-Type: text/html

<p>A <b>green</b> umbrella was found in the reading room.</p>

--inner--

--outer--
`;

/** Written by Ann. */
export const SENT_REPLY: string = `Date: Tue, 12 May 2026 10:01:00 +0200
From: Ann Lindqvist <ann@example.org>
To: Clara Hoffmann <clara.hoffmann@example.org>
Subject: Re: Minutes of Tuesday's meeting
Message-ID: <re-minutes@example.org>
In-Reply-To: <20260512.0914@mail.example.org>
References: <20260512.0914@mail.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Thank you, Clara. I told Tom about the paper.
`;

/** Unfinished: without a date and an id. */
export const DRAFT: string = `From: Ann Lindqvist <ann@example.org>
To: =?UTF-8?Q?J=C3=BCrgen_M=C3=BCller?= <juergen.mueller@example.org>
Subject: =?UTF-8?Q?Re=3A_Einladung=3A_Sommerfest_am_18=2E_Juli_=F0=9F=8E=89?=
In-Reply-To: <sommerfest-2026@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Lieber Jürgen, wir kommen gern und bringen
`;

/** Spam. */
export const LOTTERY: string = `Date: Wed, 10 Jun 2026 03:33:33 -0000
From: "Prize Department" <winner@lottery.example.net>
To: undisclosed-recipients:;
Subject: =?UTF-8?B?4piFIFlvdSBoYXZlIFdPTiDimIU=?=
Message-ID: <000001@lottery.example.net>

Send us your bank details at once.
`;

/** An invoice, kept in a folder with a non-ASCII name. */
export const INVOICE: string = `Date: Fri, 15 May 2026 08:00:00 +0200
From: Stadtwerke <rechnung@stadtwerke.example.org>
To: ann@example.org
Subject: =?ISO-8859-15?Q?Ihre_Rechnung_f=FCr_Mai=3A_84=2C20_=A4?=
Message-ID: <2026-05-1881@stadtwerke.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-8859-15
Content-Transfer-Encoding: quoted-printable

Guten Tag,

der Betrag von 84,20 =A4 wird am 1. Juni abgebucht.
`;

/** Kept in a folder whose name is a number. */
export const TICKET: string = `Date: Thu, 21 May 2026 16:05:27 GMT
From: Support <support@help.example.com>
To: ann@example.org
Subject: [Ticket 12345] The printer prints again
Message-ID: <ticket-12345@help.example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

We replaced the drum. Please close the ticket if all is well.
`;

/** An old message, with a two-digit year and a zone name. */
export const OLD_NEWS: string = `Date: Thu, 31 Dec 98 23:59:59 EST
From: ann@example.org (Ann Lindqvist)
To: friends@lists.example.org
Subject: Happy New Year
Message-Id: <199812312359.XAA00001@example.org>

To all of you: a happy 1999!
`;

/** In the trash. */
export const THROWN_AWAY: string = `Date: Sat, 09 May 2026 12:12:12 +0200
From: Parcel Service <noreply@parcels.example.com>
To: ann@example.org
Subject: Your parcel has arrived
Message-ID: <parcel-99@parcels.example.com>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<p>Your parcel is at your neighbour's.</p>
`;

/** A thread of five messages, each a reply to the one before. */
export const THREAD: readonly string[] = [
  `Date: Sat, 30 May 2026 12:00:00 +0200
From: Ann Lindqvist <ann@example.org>
To: hikers@lists.example.org
Subject: Hiking trip in September
Message-ID: <hike-1@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Who would like to walk along the coast for a week in September?

Ann
`,
  `Date: Sat, 30 May 2026 13:31:09 +0100
From: Tom Baker <tom.baker@example.net>
To: hikers@lists.example.org
Subject: Re: Hiking trip in September
Message-ID: <hike-2@mail.example.net>
In-Reply-To: <hike-1@example.org>
References: <hike-1@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

I would! From the 12th to the 19th?

> Who would like to walk along the coast for a week in September?
`,
  `Date: Sun, 31 May 2026 09:05:44 -0400
From: =?UTF-8?Q?Zo=C3=AB_Lambert?= <zoe.lambert@example.com>
To: hikers@lists.example.org
Subject: Re: Hiking trip in September
Message-ID: <hike-3@example.com>
In-Reply-To: <hike-2@mail.example.net>
References: <hike-1@example.org>
 <hike-2@mail.example.net>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

The 12th is fine. I bring the maps.

> I would! From the 12th to the 19th?
`,
  `Date: Sun, 31 May 2026 20:48:00 +0530
From: Ravi Menon <ravi.menon@example.com>
To: hikers@lists.example.org
Subject: Re: Hiking trip in September
Message-ID: <hike-4@mail.example.com>
In-Reply-To: <hike-3@example.com>
References: <hike-1@example.org>
 <hike-2@mail.example.net>
 <hike-3@example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Count me in. Shall I book the huts?

> The 12th is fine. I bring the maps.
`,
  `Date: Mon, 01 Jun 2026 07:15:20 +0200
From: Clara Hoffmann <clara.hoffmann@example.org>
To: hikers@lists.example.org
Subject: Re: Hiking trip in September
Message-ID: <hike-5@mail.example.org>
In-Reply-To: <hike-4@mail.example.com>
References: <hike-1@example.org>
 <hike-2@mail.example.net>
 <hike-3@example.com>
 <hike-4@mail.example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Please do, five beds!

> Count me in. Shall I book the huts?
`,
];
