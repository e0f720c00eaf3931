"""Texts that people might write, each with the one of several labels that fits.

`CASES` are what the classifier must get right; they were written before it was tried, the last three sets
before MPNet was. On `FITTING`, other texts under
other labels, its template and its scales were chosen.
"""

LabelSet = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]

CASES: tuple[LabelSet, ...] = (
    (
        ("politics", "business", "sports", "science", "health"),
        (
            ("The prime minister lost a vote of confidence late on Tuesday night.", "politics"),
            ("Shares of the carmaker fell nine percent after it cut its profit forecast.", "business"),
            ("She broke the world record over 400 metres hurdles for the third time this year.", "sports"),
            ("Astronomers have found water vapour around a planet 120 light years away.", "science"),
            ("A new vaccine cut hospital admissions among older patients by half.", "health"),
            ("The central bank is expected to raise interest rates again in March.", "business"),
            ("The goalkeeper saved two penalties and carried his team into the final.", "sports"),
        ),
    ),
    (
        ("billing", "delivery", "login problem", "damaged product", "cancellation"),
        (
            ("You charged my credit card twice this month.", "billing"),
            (
                "The parcel was supposed to be here on Friday and the tracking still says it left the warehouse.",
                "delivery",
            ),
            ("I forgot my password and the reset link never arrives.", "login problem"),
            ("The glass was cracked when I opened the box.", "damaged product"),
            ("Please end my subscription, I do not want to renew it.", "cancellation"),
            ("Why does my invoice show a fee of 12 euros that nobody told me about?", "billing"),
            ("It keeps saying that my account does not exist although I signed up yesterday.", "login problem"),
        ),
    ),
    (
        ("joy", "anger", "sadness", "fear"),
        (
            ("We are having a baby and I could dance through the streets!", "joy"),
            ("How dare they lie to us again, this is an outrage.", "anger"),
            ("Since my grandmother died the house feels empty and I cry every night.", "sadness"),
            ("I heard footsteps behind me in the dark and my hands began to shake.", "fear"),
            ("Best day of my life, I cannot stop smiling.", "joy"),
            ("I am sick of your excuses, do not ever speak to me like that.", "anger"),
            ("What if the plane crashes? I cannot sleep before a flight.", "fear"),
        ),
    ),
    (
        ("play music", "set an alarm", "weather", "book a flight", "send a message"),
        (
            ("Put on some jazz in the kitchen.", "play music"),
            ("Wake me up at half past six tomorrow.", "set an alarm"),
            ("Will I need an umbrella this afternoon?", "weather"),
            ("I want to go from Lisbon to Boston on the third of May, window seat please.", "book a flight"),
            ("Tell Anna that I will be ten minutes late.", "send a message"),
            ("How cold does it get in Oslo in November?", "weather"),
            ("Turn the volume up and skip to the next song.", "play music"),
        ),
    ),
    (
        ("price", "battery", "screen", "sound", "customer service"),
        (
            ("It is far too expensive for what it does.", "price"),
            ("I have to charge it twice a day.", "battery"),
            ("Colours are vivid and you can read it even in bright sunlight.", "screen"),
            ("The speakers are tinny and there is no bass at all.", "sound"),
            ("I waited forty minutes on the phone and the agent hung up on me.", "customer service"),
            ("You will not find anything this good for less money.", "price"),
        ),
    ),
    (
        ("mathematics", "history", "biology", "geography", "literature"),
        (
            ("The square on the hypotenuse equals the sum of the squares on the other two sides.", "mathematics"),
            ("In 1789 a crowd in Paris stormed the Bastille.", "history"),
            ("Mitochondria turn sugar and oxygen into energy for the cell.", "biology"),
            ("The Amazon carries more water to the sea than any other river.", "geography"),
            ("Hamlet hesitates to avenge his father until it is too late.", "literature"),
            ("A prime number has exactly two divisors.", "mathematics"),
        ),
    ),
    (
        ("recipe", "job posting", "privacy policy", "product page", "travel guide"),
        (
            ("Preheat the oven to 180 degrees, beat the eggs with the sugar and bake for half an hour.", "recipe"),
            (
                "We are looking for an engineer with three years of experience; send us your CV by Friday.",
                "job posting",
            ),
            ("We collect your e-mail address and share it with no third party without your consent.", "privacy policy"),
            ("In stock: stainless steel kettle, 1.7 litres, two years of warranty. Add to basket.", "product page"),
            ("The old town is best seen on foot; take the tram up to the castle before sunset.", "travel guide"),
            ("You may ask us at any time to delete the data that we store about you.", "privacy policy"),
            ("Serves four. Chop the parsley finely and stir it in at the end.", "recipe"),
        ),
    ),
    (
        ("order a product", "cancel an order", "ask for a refund", "change an address", "make a complaint"),
        (
            ("I would like to buy two of the blue chairs.", "order a product"),
            ("Please do not send it, I have changed my mind about the lamp I bought this morning.", "cancel an order"),
            ("It does not fit, so I want my money back.", "ask for a refund"),
            ("We have moved: from June on, send everything to 12 Mill Lane.", "change an address"),
            ("Your driver was rude and left the gate open again.", "make a complaint"),
            ("Can you reimburse me for the broken cup?", "ask for a refund"),
        ),
    ),
    (
        ("crime", "weather", "technology", "culture", "transport"),
        (
            ("Police arrested two men after a jewellery shop was robbed at gunpoint.", "crime"),
            ("Snow and freezing rain are expected in the north until Thursday.", "weather"),
            ("The new chip does twice as many operations for each watt.", "technology"),
            ("The museum opens its largest exhibition of Flemish painters.", "culture"),
            ("Train drivers will strike on Monday, and most lines will not run.", "transport"),
            ("A court sentenced the former banker to six years for fraud.", "crime"),
            ("Her third novel won the country's most important literary prize.", "culture"),
        ),
    ),
)
FITTING: tuple[LabelSet, ...] = (
    (
        ("Italian food", "Japanese food", "Mexican food", "dessert"),
        (
            ("Toss the spaghetti with garlic, olive oil and grated pecorino.", "Italian food"),
            ("Roll the rice and raw tuna in a sheet of nori.", "Japanese food"),
            ("Fill the corn tortillas with spiced beef, beans and guacamole.", "Mexican food"),
            ("Whip the cream, fold in the melted chocolate and chill for four hours.", "dessert"),
            ("Stretch the dough, spread tomato and mozzarella, bake very hot.", "Italian food"),
        ),
    ),
    (
        ("complaint", "praise", "question", "request"),
        (
            ("This is the third time my order was wrong.", "complaint"),
            ("Your staff were wonderful, thank you so much.", "praise"),
            ("What time do you open on Sundays?", "question"),
            ("Could you please send me a copy of the contract?", "request"),
            ("The room was dirty and nobody cared.", "complaint"),
            ("Everything was perfect from start to finish.", "praise"),
            ("Which bus goes to the airport?", "question"),
        ),
    ),
    (
        ("family law", "criminal law", "tax law", "employment law"),
        (
            ("They want a divorce and cannot agree who keeps the children.", "family law"),
            ("He was arrested for breaking into a jewellery shop.", "criminal law"),
            ("She did not declare income from her flat in the annual return.", "tax law"),
            ("I was fired without notice after eight years.", "employment law"),
            ("My boss does not pay overtime.", "employment law"),
        ),
    ),
    (
        ("urgent", "not urgent"),
        (
            ("The server is down and customers cannot pay, fix it now!", "urgent"),
            ("When you find a moment, could you update the logo some day?", "not urgent"),
            ("There is smoke coming out of the machine!", "urgent"),
            ("No hurry at all, next month is fine.", "not urgent"),
        ),
    ),
    (
        ("gardening", "cooking", "travel", "photography", "fitness"),
        (
            ("Prune the roses in late winter before the buds swell.", "gardening"),
            ("Simmer the onions until they are golden.", "cooking"),
            ("The night train from Vienna to Venice saves you a hotel.", "travel"),
            ("Use a slow shutter and a tripod to blur the waterfall.", "photography"),
            ("Three sets of ten squats, with a minute of rest between them.", "fitness"),
            ("Water tomatoes in the morning, never on the leaves.", "gardening"),
        ),
    ),
    (
        ("hotel", "restaurant", "museum", "airline"),
        (
            ("The bed was soft and breakfast was served until eleven.", "hotel"),
            ("Our waiter recommended the lamb and it was superb.", "restaurant"),
            ("The Roman statues on the second floor are worth the ticket alone.", "museum"),
            ("They lost my suitcase and the seats had no legroom.", "airline"),
            ("Check-in took an hour and the air conditioning rattled all night.", "hotel"),
        ),
    ),
    (
        ("positive", "negative"),
        (
            ("I adore this little shop.", "positive"),
            ("It fell apart after two days.", "negative"),
            ("A waste of money.", "negative"),
            ("Works like a charm and looks gorgeous.", "positive"),
            ("I would not recommend it to my worst enemy.", "negative"),
            ("Exactly what I was hoping for.", "positive"),
        ),
    ),
    (
        ("spam", "work", "personal"),
        (
            ("You have won a prize! Click here to claim your reward.", "spam"),
            ("Please review the attached quarterly report before the meeting.", "work"),
            ("Mum, are you coming for dinner on Sunday?", "personal"),
            ("Lose ten kilos in a week with this secret pill.", "spam"),
            ("The deadline for the project was moved to Thursday.", "work"),
            ("Happy birthday, I miss you!", "personal"),
        ),
    ),
)
