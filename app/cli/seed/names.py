"""Names of people beyond the named ones: first and last names that go together, from many places."""

from __future__ import annotations

from random import Random

_PLACES: tuple[tuple[str, str], ...] = (
    ("Adwoa Kwabena Efua Kojo Abena Yaw Akosua Kwame Esi Fiifi",
     "Asante Boateng Owusu Adjei Ofori Amponsah Darko Quaye Nkrumah Tetteh"),
    ("Ngozi Chidi Ifeoma Emeka Adaora Obinna Folake Tunde Yetunde Babajide",
     "Okeke Nnamdi Obi Adeyemi Balogun Ogunleye Nwachukwu Olawale Uzoma Ajayi"),
    ("Wanjiku Kamau Achieng Otieno Nyambura Kiprono Zawadi Juma Mwangi Amina",
     "Njoroge Odhiambo Wafula Cherono Kariuki Mutua Maina Omondi Kimani Abdi"),
    ("Layla Omar Yasmin Karim Nadia Youssef Huda Tarek Rania Samir",
     "Haddou Mansour Khalil El-Sayed Benali Rahmani Nasser Darwish Zidan Chaoui"),
    ("Zeynep Emre Elvan Kerem Defne Burak Selin Onur Ayşe Cem",
     "Özkan Aksoy Çelik Kaplan Doğan Şahin Korkmaz Arslan Öztürk Polat"),
    ("Ananya Rohan Kavya Arjun Meera Vikram Ishita Sanjay Deepa Nikhil",
     "Iyer Kulkarni Banerjee Nair Deshpande Chatterjee Reddy Menon Joshi Bhatt"),
    ("Wei Xiuying Jun Meiling Hao Lan Jianhong Yuting Zihan Qiang",
     "Chen Huang Zhou Lin Xu Sun Guo Tang Deng Feng"),
    ("Ji-yeon Min-ho Soo-jin Tae-yang Ha-eun Jae-won Eun-ji Dong-hyun Seo-yeon Kyung-soo",
     "Kim Park Choi Jung Kang Cho Yoon Jang Lim Shin"),
    ("Haruka Kenta Yui Sora Aiko Daichi Naoko Ren Mio Takumi",
     "Takahashi Ishikawa Mori Fujita Hayashi Okamoto Shimizu Kimura Inoue Matsuda"),
    ("Zofia Jakub Agnieszka Piotr Magdalena Krzysztof Ewa Marcin Hanna Paweł",
     "Kowalska Nowak Wójcik Lewandowska Zieliński Mazur Krawczyk Dudek Wrona Jabłoński"),
    ("Tereza Ondřej Lucie Vojtěch Barbora Matěj Eliška Jiří Klára Radek",
     "Novák Svoboda Černý Procházka Horák Veselý Kučera Marek Beneš Urban"),
    ("Johanna Lukas Franziska Moritz Annika Florian Greta Tobias Leonie Matthias",
     "Brandt Kessler Vogt Lindemann Ackermann Reuter Hartwig Seidel Winkler Baumann"),
    ("Sanne Thijs Femke Ruben Lotte Maarten Anouk Sjoerd Fleur Wouter",
     "Bakker Dekker Hendriks Kuipers Mulder Vermeulen Hoekstra Willems Postma Brouwer"),
    ("Astrid Sindre Linnea Axel Freja Mads Ingrid Håkon Sofie Elias",
     "Bergström Haugen Sørensen Lindgren Nygård Holm Dahlberg Østby Kjeldsen Ekman"),
    ("Aino Juhani Helmi Ville Kaisa Olavi Tuuli Eero Sanni Pekka",
     "Korhonen Virtanen Lahtinen Mäkelä Salonen Heikkilä Rantanen Koskinen Lehto Tuominen"),
    ("Camille Étienne Manon Théo Inès Baptiste Noémie Julien Clémence Rémi",
     "Lefèvre Marchand Rousseau Girard Fontaine Carpentier Perrin Besson Delacroix Guérin"),
    ("Marisol Álvaro Itziar Joaquín Pilar Gonzalo Ximena Mateo Rocío Íñigo",
     "Cabrera Etxeberria Herrera Montero Salcedo Villanueva Pacheco Urrutia Navarro Quispe"),
    ("Mariana Tiago Leonor Caetano Rita Duarte Luana Afonso Iara Gil",
     "Ferreira Monteiro Azevedo Cardoso Figueiredo Nogueira Teixeira Barbosa Pimentel Sampaio"),
    ("Chiara Lorenzo Giulia Matteo Francesca Davide Ilaria Simone Beatrice Nicolò",
     "Rinaldi Colombo Marchetti Ferraro Galli Pellegrini Caruso Bianchi Santoro Fabbri"),
    ("Eleni Nikos Katerina Giorgos Sofia Stavros Despina Yannis Ioanna Petros",
     "Papadaki Georgiou Nikolaidis Vlachos Makris Antoniou Kostas Samaras Lekkas Raptis"),
    ("Oksana Taras Nataliya Bohdan Kateryna Andriy Iryna Oleh Solomiya Yuriy",
     "Shevchuk Bondarenko Melnyk Tkachenko Koval Lysenko Marchenko Hrytsenko Polishchuk Savchenko"),
    ("Nerys Rhodri Aoife Cillian Niamh Euan Isla Callum Carys Fergus",
     "Llewellyn Gallagher MacLeod Byrne Griffiths Sinclair Doyle Campbell Rhys Kavanagh"),
    ("Moana Tama Leilani Sione Anahera Wiremu Talia Manaia Hine Rawiri",
     "Parata Fonoti Kealoha Tamihana Leota Ngata-Reid Vaipulu Henare Kahale Taufa"),
    ("Shirin Dariush Parisa Kaveh Golnaz Farhad Laleh Ramin Nasrin Behzad",
     "Ahmadi Farahani Karimi Moradi Sohrabi Tehrani Rostami Jafari Kazemi Ebadi"),
    ("Ayu Budi Citra Dewa Intan Putra Ratna Wayan Sari Rizky",
     "Wibowo Santoso Hartono Kusuma Pratama Siregar Halim Nasution Wijaya Lestari"),
    ("Lan Quang Thảo Minh Hương Đức Ngọc Tuấn Mai Khoa",
     "Trần Lê Phạm Hoàng Phan Vũ Đặng Bùi Đỗ Hồ"),
)  # fmt: skip
_NAMES = tuple((first.split(), last.split()) for first, last in _PLACES)


def invented_name(rng: Random) -> str:
    """Return a full name. Some have a second first name, some a double last name, some of two places."""
    first, last = rng.choice(_NAMES)
    given, family = rng.choice(first), rng.choice(last)
    kind = rng.randrange(100)
    if kind < 22:  # noqa: PLR2004 - shares of a hundred
        other = rng.choice([name for name in first if name != given])
        return f"{given} {other} {family}"
    if kind < 40:  # noqa: PLR2004 - the same
        other = rng.choice(rng.choice(_NAMES)[1])
        return f"{given} {family}-{other}" if other != family and "-" not in family else f"{given} {family}"
    return f"{given} {family}"
