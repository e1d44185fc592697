/** What the shop itself says; English is in the page. */
export const words = {
  nl: {
    basket: "Mandje",
    title: "Live uit het atelier",
    lead: "Gebreid en gestikt in Haarlem. Vanavond laat Noor zien wat nieuw is.",
    always: "Altijd in de winkel",
    signInTitle: "Wie koopt er?",
    signInLead: "Een echte winkel vraagt hier een naam en een wachtwoord.",
    signIn: "Inloggen",
  },
  ar: {
    basket: "السلة",
    title: "مباشرة من المشغل",
    lead: "تريكو وحرير من صنع هارلم. الليلة تعرض نور الجديد.",
    always: "دائمًا في المتجر",
    signInTitle: "من يشتري؟",
    signInLead: "المتجر الحقيقي يطلب هنا اسمًا وكلمة مرور.",
    signIn: "تسجيل الدخول",
  },
};
