/**
 * Prose written for this project, by language: the first text fits weights, the second checks them.
 * The second covers other topics, so that they share no sentences and few names.
 */
export const LANGUAGE_TEXTS: Readonly<Record<string, readonly [fit: string, check: string]>> = {
  de: [
    'Die Zahlmeisterin hält das Geld zusammen: Bevor ein Auftrag beginnt, schätzt sie seine Kosten, legt den Betrag zurück und rechnet nachher genau ab. Wer mehr verbraucht als vereinbart, sieht die Überschreitung sofort in seinem Bericht. Für jede Abteilung gilt ein eigenes Monatsbudget, das am ersten Werktag erneuert wird.',
    'Im Spätsommer fuhren wir mit dem Nachtzug an die Küste und mieteten dort zwei alte Fahrräder. Der Wind blies so kräftig, dass wir die Räder meist schieben mussten, doch der Blick über das Wattenmeer entschädigte uns für alle Mühe. Abends gab es Fischsuppe und Schwarzbrot.',
  ],
  fr: [
    "La trésorière garde la bourse : avant chaque demande, elle en prévoit le coût, met la somme de côté, puis règle exactement ce qui a été dépensé. Si la dépense dépasse la prévision, l'écart apparaît aussitôt dans le rapport. Chaque service dispose d'un budget mensuel, renouvelé le premier jour ouvré.",
    "À la fin de l'été, nous avons pris le train de nuit jusqu'à la mer et loué deux vieux vélos. Le vent soufflait si fort qu'il fallait souvent les pousser, mais la vue sur la baie valait bien cet effort. Le soir, on nous servait une soupe de poisson et du pain noir.",
  ],
  es: [
    'La tesorera guarda la bolsa: antes de cada petición calcula su coste, aparta la suma y después liquida exactamente lo gastado. Si el gasto supera lo previsto, la diferencia aparece enseguida en el informe. Cada departamento tiene un presupuesto mensual que se renueva el primer día hábil.',
    'A finales del verano tomamos el tren nocturno hasta la costa y alquilamos dos bicicletas viejas. El viento soplaba con tanta fuerza que casi siempre había que empujarlas, pero la vista de la bahía compensaba el esfuerzo. Por la noche nos servían sopa de pescado y pan moreno.',
  ],
  it: [
    'La tesoriera custodisce la borsa: prima di ogni richiesta ne prevede il costo, mette da parte la somma e poi salda esattamente quanto è stato speso. Se la spesa supera la previsione, lo scarto compare subito nel rapporto. Ogni reparto ha un bilancio mensile che si rinnova il primo giorno lavorativo.',
    "Alla fine dell'estate prendemmo il treno notturno fino al mare e noleggiammo due vecchie biciclette. Il vento soffiava così forte che dovevamo quasi sempre spingerle, ma la vista sulla baia ripagava ogni fatica. La sera ci servivano zuppa di pesce e pane nero.",
  ],
  pt: [
    'A tesoureira guarda a bolsa: antes de cada pedido prevê o seu custo, reserva a quantia e depois liquida exatamente o que foi gasto. Se a despesa ultrapassar a previsão, a diferença aparece logo no relatório. Cada departamento tem um orçamento mensal, renovado no primeiro dia útil.',
    'No fim do verão apanhámos o comboio noturno até à costa e alugámos duas bicicletas velhas. O vento soprava com tanta força que quase sempre tínhamos de as empurrar, mas a vista sobre a baía compensava o esforço. À noite serviam-nos sopa de peixe e pão escuro.',
  ],
  nl: [
    'De penningmeester bewaakt de beurs: vóór elk verzoek schat zij de kosten, zet het bedrag opzij en rekent achteraf precies af. Wie meer verbruikt dan afgesproken, ziet de overschrijding meteen in het verslag. Elke afdeling heeft een eigen maandbudget dat op de eerste werkdag wordt vernieuwd.',
    'Aan het eind van de zomer namen we de nachttrein naar de kust en huurden daar twee oude fietsen. De wind waaide zo hard dat we meestal moesten lopen, maar het uitzicht over de baai maakte alles goed. In de avond kregen we vissoep met donker brood.',
  ],
  sv: [
    'Kassören vaktar kassan: före varje begäran uppskattar hon kostnaden, lägger undan beloppet och gör efteråt upp exakt vad som förbrukats. Den som använder mer än avtalat ser överskridandet genast i rapporten. Varje avdelning har en egen månadsbudget som förnyas den första vardagen.',
    'I slutet av sommaren tog vi nattåget till kusten och hyrde två gamla cyklar. Vinden blåste så hårt att vi oftast fick leda dem, men utsikten över viken var värd all möda. På kvällen bjöds det på fisksoppa och mörkt bröd.',
  ],
  pl: [
    'Skarbniczka pilnuje sakiewki: przed każdym żądaniem szacuje jego koszt, odkłada kwotę, a potem dokładnie rozlicza to, co zużyto. Jeśli wydatek przekroczy prognozę, różnica od razu pojawia się w raporcie. Każdy dział ma własny budżet miesięczny, odnawiany pierwszego dnia roboczego.',
    'Pod koniec lata pojechaliśmy nocnym pociągiem nad morze i wypożyczyliśmy dwa stare rowery. Wiatr wiał tak mocno, że przeważnie musieliśmy je prowadzić, ale widok na zatokę wynagradzał cały trud. Wieczorem podawano zupę rybną i ciemny chleb.',
  ],
  cs: [
    'Pokladnice hlídá měšec: před každým požadavkem odhadne jeho cenu, odloží částku a potom přesně vyúčtuje, co se spotřebovalo. Překročí-li výdaj odhad, rozdíl se hned objeví ve zprávě. Každé oddělení má vlastní měsíční rozpočet, který se obnovuje první pracovní den.',
    'Koncem léta jsme jeli nočním vlakem k moři a půjčili si dvě stará kola. Vítr foukal tak silně, že jsme je většinou museli tlačit, ale výhled na záliv stál za všechnu námahu. Večer se podávala rybí polévka a tmavý chléb.',
  ],
  tr: [
    'Hazinedar keseyi korur: her istekten önce maliyeti tahmin eder, tutarı ayırır ve sonra harcananı tam olarak öder. Harcama tahmini aşarsa fark hemen raporda görünür. Her bölümün ilk iş gününde yenilenen aylık bir bütçesi vardır.',
    'Yazın sonunda gece treniyle kıyıya gittik ve iki eski bisiklet kiraladık. Rüzgâr o kadar sert esiyordu ki çoğu zaman onları itmek zorunda kaldık, ama körfezin görüntüsü bütün yorgunluğa değdi. Akşam balık çorbası ve esmer ekmek verdiler.',
  ],
  vi: [
    'Người thủ quỹ giữ túi tiền: trước mỗi yêu cầu, cô ước tính chi phí, để riêng số tiền đó và sau cùng thanh toán đúng phần đã dùng. Nếu chi tiêu vượt quá dự đoán, phần chênh lệch hiện ngay trong báo cáo. Mỗi phòng ban có ngân sách hằng tháng riêng.',
    'Cuối mùa hè, chúng tôi đi tàu đêm ra biển và thuê hai chiếc xe đạp cũ. Gió thổi mạnh đến nỗi chúng tôi thường phải dắt xe, nhưng cảnh vịnh thật xứng đáng với công sức ấy. Buổi tối có canh cá và bánh mì đen.',
  ],
  id: [
    'Bendahara menjaga pundi uang: sebelum setiap permintaan ia memperkirakan biayanya, menyisihkan jumlah itu, lalu membayar tepat apa yang dipakai. Jika pengeluaran melebihi perkiraan, selisihnya langsung terlihat dalam laporan. Setiap bagian mempunyai anggaran bulanan sendiri.',
    'Pada akhir musim kemarau kami naik kereta malam ke pantai dan menyewa dua sepeda tua. Angin bertiup begitu kencang sehingga kami lebih sering menuntunnya, tetapi pemandangan teluk sepadan dengan segala lelah. Malamnya kami makan sup ikan dan roti.',
  ],
  fi: [
    'Rahastonhoitaja vartioi kukkaroa: ennen jokaista pyyntöä hän arvioi kustannuksen, panee summan syrjään ja maksaa lopuksi täsmälleen sen, mitä käytettiin. Jos meno ylittää arvion, ero näkyy heti raportissa. Jokaisella osastolla on oma kuukausibudjettinsa.',
    'Kesän lopulla matkustimme yöjunalla rannikolle ja vuokrasimme kaksi vanhaa polkupyörää. Tuuli puhalsi niin kovaa, että jouduimme enimmäkseen taluttamaan niitä, mutta näköala lahdelle palkitsi kaiken vaivan. Illalla tarjottiin kalakeittoa ja tummaa leipää.',
  ],
  ru: [
    'Казначей хранит кошелёк: перед каждым запросом она оценивает его стоимость, откладывает нужную сумму, а потом точно рассчитывается за израсходованное. Если расход превышает прогноз, разница сразу видна в отчёте. У каждого отдела есть свой месячный бюджет, который обновляется в первый рабочий день.',
    'В конце лета мы поехали ночным поездом к морю и взяли напрокат два старых велосипеда. Ветер дул так сильно, что чаще приходилось вести их рядом, но вид на залив стоил всех усилий. Вечером подавали рыбный суп и чёрный хлеб.',
  ],
  uk: [
    'Скарбниця пильнує гаманець: перед кожним запитом вона оцінює його вартість, відкладає суму, а потім точно розраховується за витрачене. Якщо витрата перевищує прогноз, різницю одразу видно у звіті. Кожен відділ має власний місячний бюджет.',
    'Наприкінці літа ми поїхали нічним потягом до моря й орендували два старі велосипеди. Вітер дув так сильно, що здебільшого їх доводилося вести, але краєвид затоки вартий був усіх зусиль. Увечері подавали рибну юшку й чорний хліб.',
  ],
  el: [
    'Η ταμίας φυλάει το πουγκί: πριν από κάθε αίτημα εκτιμά το κόστος του, βάζει το ποσό στην άκρη και ύστερα εξοφλεί ακριβώς ό,τι ξοδεύτηκε. Αν η δαπάνη ξεπεράσει την πρόβλεψη, η διαφορά φαίνεται αμέσως στην αναφορά.',
    'Στο τέλος του καλοκαιριού πήραμε το νυχτερινό τρένο για τη θάλασσα και νοικιάσαμε δύο παλιά ποδήλατα. Ο άνεμος φυσούσε τόσο δυνατά που συνήθως τα σπρώχναμε, μα η θέα του κόλπου άξιζε τον κόπο.',
  ],
  ar: [
    'تحرس أمينة الصندوق المال: قبل كل طلب تقدّر تكلفته وتضع المبلغ جانبا ثم تسدد بالضبط ما أُنفق. وإذا تجاوز الإنفاق التقدير ظهر الفرق فورا في التقرير. ولكل قسم ميزانية شهرية خاصة به تتجدد في أول يوم عمل.',
    'في آخر الصيف ركبنا القطار الليلي إلى الساحل واستأجرنا دراجتين قديمتين. كانت الريح شديدة حتى اضطررنا إلى دفعهما معظم الطريق، لكن منظر الخليج كان يستحق كل هذا التعب. وفي المساء قُدم لنا حساء السمك والخبز الأسمر.',
  ],
  he: [
    'הגזברית שומרת על הקופה: לפני כל בקשה היא מעריכה את מחירה, מניחה את הסכום בצד ואחר כך משלמת בדיוק את מה שהוצא. אם ההוצאה עולה על התחזית, ההפרש מופיע מיד בדוח. לכל מחלקה יש תקציב חודשי משלה.',
    'בסוף הקיץ נסענו ברכבת הלילה אל החוף ושכרנו שני זוגות אופניים ישנים. הרוח נשבה כל כך חזק שרוב הזמן דחפנו אותם, אבל הנוף של המפרץ היה שווה את המאמץ. בערב הגישו לנו מרק דגים ולחם שחור.',
  ],
  hi: [
    'कोषाध्यक्ष थैली की रखवाली करती है: हर अनुरोध से पहले वह उसकी लागत का अनुमान लगाती है, राशि अलग रखती है और बाद में जितना खर्च हुआ उतना ही चुकाती है। यदि खर्च अनुमान से अधिक हो तो अंतर तुरंत रिपोर्ट में दिखता है।',
    'गर्मियों के अंत में हम रात की रेलगाड़ी से समुद्र तट गए और दो पुरानी साइकिलें किराए पर लीं। हवा इतनी तेज थी कि हमें उन्हें प्रायः धकेलना पड़ा, लेकिन खाड़ी का दृश्य सारी मेहनत के योग्य था। शाम को मछली का सूप और काली रोटी मिली।',
  ],
  th: [
    'เหรัญญิกดูแลถุงเงิน ก่อนทุกคำขอเธอจะประเมินค่าใช้จ่าย กันเงินจำนวนนั้นไว้ แล้วจ่ายตามที่ใช้จริงในภายหลัง หากใช้เกินที่คาดไว้ ส่วนต่างจะปรากฏในรายงานทันที แต่ละแผนกมีงบประมาณรายเดือนของตนเอง',
    'ปลายฤดูร้อนเรานั่งรถไฟกลางคืนไปชายทะเลและเช่าจักรยานเก่าสองคัน ลมแรงมากจนส่วนใหญ่ต้องเข็น แต่วิวอ่าวก็คุ้มค่ากับความเหนื่อย ตอนเย็นมีซุปปลาและขนมปังดำให้กิน',
  ],
  zh: [
    '司库掌管钱袋：每次请求之前，她先估算费用，把这笔钱单独留出，事后再按实际花费准确结清。如果支出超过预测，差额会立刻出现在报告里。每个部门都有自己的月度预算，在每月第一个工作日更新。',
    '夏天快结束的时候，我们坐夜车去了海边，租了两辆旧自行车。风刮得很大，大部分路只能推着走，可是海湾的景色让所有的辛苦都值得。晚上主人端来鱼汤和黑面包，我们聊到深夜。',
  ],
  'zh-TW': [
    '司庫掌管錢袋：每次請求之前，她先估算費用，把這筆錢另外留下，事後再依實際花費準確結清。如果支出超過預測，差額會立刻出現在報告裡。每個部門都有自己的月度預算，在每月第一個工作日更新。',
    '夏天快結束的時候，我們搭夜車去了海邊，租了兩輛舊腳踏車。風颳得很大，大部分的路只能推著走，可是海灣的景色讓所有的辛苦都值得。晚上主人端來魚湯和黑麵包，我們聊到深夜。',
  ],
  ja: [
    '会計係は財布を預かっています。依頼のたびにまず費用を見積もり、その金額を取り置き、あとで実際に使った分だけを正確に精算します。支出が予測を超えた場合、その差額はすぐに報告書に表示されます。各部署には月ごとの予算があります。',
    '夏の終わりに、私たちは夜行列車で海辺へ行き、古い自転車を二台借りました。風がとても強くて、ほとんどの道は押して歩くしかありませんでしたが、湾の眺めはその苦労に見合うものでした。夜には魚のスープと黒パンが出ました。',
  ],
  ko: [
    '회계 담당자는 지갑을 지킵니다. 요청이 있을 때마다 먼저 비용을 예측하고 그 금액을 따로 떼어 둔 다음 실제로 쓴 만큼 정확히 정산합니다. 지출이 예측을 넘으면 차액이 곧바로 보고서에 나타납니다. 부서마다 월별 예산이 있습니다.',
    '여름이 끝날 무렵 우리는 밤기차를 타고 바닷가로 가서 낡은 자전거 두 대를 빌렸습니다. 바람이 너무 세게 불어 대부분의 길을 끌고 가야 했지만 만의 풍경은 그 수고를 보상해 주었습니다. 저녁에는 생선 수프와 검은 빵이 나왔습니다.',
  ],
};
