import { ARCHIVE, DRAFTS, JUNK, SENT, TRASH } from "../../model/flags.ts";

/** What programs call the folders of each use in English, the most usual name first. */
const ENGLISH: readonly (readonly [use: string, names: string])[] = [
  [SENT, "Sent|Sent Items|Sent items|Sent Messages|Sent Mail|sent-mail"], // the fourth is QQ's
  [DRAFTS, "Drafts|Draft"],
  [ARCHIVE, "Archive|Archives"],
  [TRASH, "Trash|Deleted Items|Deleted Messages|Deleted|Bin"], // the fourth is Outlook's
  [JUNK, "Junk|Spam|Junk E-Mail|Junk Email|Junk Mail|Bulk Mail"],
];

/**
 * The same in other languages, a line for each: German, French, Spanish, Portuguese, Italian,
 * Dutch, Swedish, Danish and Norwegian, Finnish, Polish, Czech and Slovak, Hungarian, Romanian,
 * Turkish, Greek, Russian, Ukrainian, Japanese, Chinese, Korean. Every name is of one use alone, in
 * whatever language: 垃圾箱, say, is for trash with some and for junk with others, so it is not here.
 */
const OTHERS: readonly (readonly [use: string, names: readonly string[]])[] = [
  [SENT, [
    "Gesendet|Gesendete Objekte|Gesendete Elemente|Gesendete Nachrichten|Gesendete E-Mails",
    "Envoyés|Éléments envoyés|Messages envoyés|Courrier envoyé|Objets envoyés|Envoyes|Elements envoyes",
    "Enviados|Elementos enviados|Mensajes enviados|Correo enviado",
    "Itens enviados|Mensagens enviadas|E-mails enviados|Enviadas",
    "Inviati|Posta inviata|Inviata|Messaggi inviati|Elementi inviati",
    "Verzonden|Verzonden items|Verzonden berichten|Verzonden objecten",
    "Skickat|Skickade|Skickade objekt|Skickade meddelanden|Skickade mail",
    "Sendt|Sendte|Sendt post|Sendte elementer|Sendte meldinger|Sendte objekter",
    "Lähetetyt|Lähetetyt viestit",
    "Wysłane|Elementy wysłane|Wiadomości wysłane",
    "Odeslané|Odeslaná pošta|Odoslané|Odoslaná pošta",
    "Elküldött|Elküldött elemek|Elküldött üzenetek",
    "Trimise|Mesaje trimise|Elemente trimise",
    "Gönderilmiş|Gönderilmiş Öğeler|Gönderilenler|Gönderilmiş Postalar",
    "Απεσταλμένα",
    "Отправленные|Отправленные письма",
    "Надіслані|Відправлені",
    "送信済み|送信済みアイテム|送信済みメール|送信済みトレイ",
    "已发送|已发送邮件|已发邮件|已傳送|已傳送郵件|寄件備份|寄件备份",
    "보낸편지함|보낸 편지함|보낸메일함|보낸 메일함",
  ]],
  [DRAFTS, [
    "Entwürfe|Entwuerfe",
    "Brouillons",
    "Borradores",
    "Rascunhos",
    "Bozze",
    "Concepten",
    "Utkast",
    "Kladder",
    "Luonnokset",
    "Kopie robocze|Robocze|Szkice|Wersje robocze",
    "Koncepty|Rozepsané",
    "Piszkozatok|Vázlatok",
    "Ciorne",
    "Taslaklar",
    "Πρόχειρα",
    "Черновики",
    "Чернетки",
    "下書き",
    "草稿|草稿箱|草稿夹|草稿匣",
    "임시보관함|임시 보관함",
  ]],
  [ARCHIVE, [
    "Archiv",
    "Archivés",
    "Archivo|Archivados",
    "Arquivo|Arquivo morto|Arquivados",
    "Archivio|Archiviati",
    "Archief",
    "Arkiv",
    "Arkisto",
    "Archiwum",
    "Archív",
    "Arhivă|Arhiva",
    "Arşiv",
    "Αρχειοθήκη",
    "Архив",
    "Архів",
    "アーカイブ",
    "归档|存档|封存",
    "보관함",
  ]],
  [TRASH, [
    "Papierkorb|Gelöschte Objekte|Gelöschte Elemente|Gelöscht|Gelöschte Nachrichten|Geloescht",
    "Corbeille|Éléments supprimés|Messages supprimés|Supprimés|Elements supprimes",
    "Papelera|Elementos eliminados|Papelera de reciclaje|Eliminados",
    "Lixeira|Lixo|Itens eliminados|Itens excluídos|Mensagens excluídas|Excluídos",
    "Cestino|Posta eliminata|Elementi eliminati|Eliminati",
    "Prullenbak|Prullenmand|Verwijderde items|Verwijderd|Verwijderde objecten",
    "Papperskorgen|Papperskorg|Borttagna objekt|Borttaget|Raderade objekt",
    "Slettet post|Slettet|Papirkurv|Papirkurven|Slettede elementer",
    "Roskakori|Poistetut",
    "Kosz|Elementy usunięte|Usunięte",
    "Koš|Kôš|Odstraněná pošta|Odstránená pošta",
    "Kuka|Lomtár|Törölt elemek",
    "Coș de gunoi|Coşul de gunoi|Elemente șterse",
    "Çöp Kutusu|Çöp|Silinmiş Öğeler|Silinenler",
    "Κάδος απορριμμάτων|Κάδος|Διαγραμμένα",
    "Корзина|Удаленные|Удалённые",
    "Кошик|Видалені",
    "ゴミ箱|ごみ箱|削除済みアイテム",
    "已删除|已删除邮件|已刪除|已刪除郵件|刪除的郵件|垃圾桶|废件箱",
    "휴지통|지운편지함|지운 편지함",
  ]],
  [JUNK, [
    "Junk-E-Mail|Spamverdacht|Werbemüll|Unerwünschte Werbung|Unerwünscht",
    "Courrier indésirable|Indésirables|Pourriel|Pourriels|Courriel indésirable",
    "Correo no deseado|Correo basura|No deseado",
    "Lixo eletrônico|Lixo eletrónico|Correio eletrônico não solicitado",
    "Posta indesiderata|Indesiderata",
    "Ongewenste e-mail|Ongewenst|Ongewenste reclame",
    "Skräppost",
    "Uønsket e-post|Uønsket mail|Uønsket post|Søppelpost|Søppel-e-post",
    "Roskaposti",
    "Wiadomości-śmieci|Niechciane|Wiadomości niechciane",
    "Nevyžádaná pošta",
    "Levélszemét",
    "Mesaje nedorite",
    "Gereksiz|Gereksiz E-posta|Önemsiz|Önemsiz E-posta",
    "Ανεπιθύμητα|Ανεπιθύμητη αλληλογραφία",
    "Спам|Нежелательная почта",
    "Небажана пошта",
    "迷惑メール",
    "垃圾邮件|垃圾郵件",
    "스팸메일함|스팸 메일함|스팸편지함|스팸함|정크 메일",
  ]],
];

const english = new Map(ENGLISH.map(([use, names]) => [use.toLowerCase(), names.split("|")]));
const all = new Map(
  OTHERS.map(([use, names]) => {
    const key = use.toLowerCase();
    return [key, [...english.get(key) ?? [], ...names.flatMap((it) => it.split("|"))]];
  }),
);

/** What the folders of a use are called. */
export interface SpecialNames {
  /** In English, as programs write it; none for a use that has no usual name. */
  readonly english: readonly string[];
  /** In all languages, English first. */
  readonly usual: readonly string[];
}

/** The usual names for a use. */
export function namesOf(use: string): SpecialNames {
  const key = use.toLowerCase();
  return { english: english.get(key) ?? [], usual: all.get(key) ?? [] };
}
